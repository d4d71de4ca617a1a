"""Missions of TAK (Data Sync): a shared list of files, points and notes, and whoever follows it told of each change."""
