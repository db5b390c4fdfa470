"""Run: notebooks executed by papermill, documents and site made from them."""
