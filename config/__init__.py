"""What runs the project: settings, addresses, its database and its processes.

Rule: it may import every app, and no app imports it; apps read `django.conf.settings`.
"""
