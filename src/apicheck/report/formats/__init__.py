"""The formats of other tools, each a module: JUnit, SARIF, CTRF, Markdown, CSV, HAR, OSCAL."""
