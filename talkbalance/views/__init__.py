"""For people: figures, explanations, reports and pages."""
