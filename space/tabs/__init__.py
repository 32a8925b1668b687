"""The tabs of the app, one module each. Every module has a `build` that is called inside a `gr.Tab`."""
