"""Cases, curves and figures as inline SVG; every text in them is escaped, and colours follow the page's own."""
