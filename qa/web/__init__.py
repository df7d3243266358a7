"""The page. Importing this is cheap: Gradio is loaded when the page is built."""

from qa.web.app import build, serve

__all__ = ["build", "serve"]
