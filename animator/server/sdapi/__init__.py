"""Those routes of A1111's API that clients of Deforum's API use, too."""
