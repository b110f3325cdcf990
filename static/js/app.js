/* Keys, echoes of typed amounts, focus on what must be corrected. Everything here is a comfort:
   each page works without it. */
"use strict";
