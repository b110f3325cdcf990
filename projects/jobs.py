"""Background work on projects: the nightly look for alarms.

Rule: the timetable is read in UTC; what is to be done in the small hours of Shanghai says so.
"""

from procrastinate.contrib.django import app

from projects import alarms


@app.periodic(cron="30 19 * * *")  # half past three at night in Shanghai
@app.task(queue="checks", queueing_lock="refresh_alarms")
def refresh_alarms(timestamp: int) -> None:
    """Raises and clears the alarms of every project, every night."""
    alarms.refresh()
