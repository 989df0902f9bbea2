"""What every page stands on: session, forms, rendering, errors as pages, the words staff use. Knows no room."""
