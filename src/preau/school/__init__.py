"""The school: Django applications for people, courses, work and classes. Only this room and ``project`` import Django."""
