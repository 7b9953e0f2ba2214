"""The school: Django applications for people, courses, work and classes. Only here and in ``project`` is Django."""
