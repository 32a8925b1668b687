"""What becomes of files that are checked or submitted, and of submissions afterwards; nothing here knows gradio."""
