"""What templates ask of the money of a project.

Rule: markup stays in the templates; what is asked here is answered by projects/way.py.
"""

from django import template

from projects.way import stations_of

register = template.Library()
register.filter("stations", stations_of)
