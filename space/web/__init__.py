"""What the server does beside gradio's own pages: their language, the routes that programs read, the page's script."""
