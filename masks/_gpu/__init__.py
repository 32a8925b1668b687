"""Masks on a CUDA device: overlap, decoding, encoding and boundaries from compressed bytes.

Nothing outside imports this folder before a device is asked for: its files import torch, and those with kernels Triton,
which the CPU paths do without. Everything here also takes the device "cpu", for tests; kernels run there in Triton's
interpreter, if TRITON_INTERPRET=1 is set before they are imported.

pieces      which rows and bytes go to a device together
transfer    how they get there, and how much memory they may take
overlap     pixels that two masks share, one pair a lane
dense       strings to run lengths and pixels, pixels to run lengths
outlines    run lengths to boundary pixels
nearest     distances between boundary pixels, and statistics of them
boundary    boundary distances of columns of pairs
"""
