"""The number that the test camera burns into each picture; test/helpers/paced-camera/stamp.ts draws it."""


def number_of(picture):
    """The number in a picture of one channel, or -1 where it is damaged there."""
    cell = picture.shape[1] // 24
    word = 0
    for bit in range(24):
        word = word * 2 + (1 if picture[cell // 2, int((bit + 0.5) * cell)] > 126 else 0)
    number, check = word >> 8, word & 255
    return number if check == (number ^ (number >> 8) ^ 0xA5) & 255 else -1
