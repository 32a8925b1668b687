"""A made-up upload of the published size, and what is done with it: by ours, and by pandas with pycocotools."""
