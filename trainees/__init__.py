"""Trainees: rosters of classes, double call-ups, attendance, class hours credited."""
