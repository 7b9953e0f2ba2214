"""The status page: static files written beside the application, so that they outlive it.

``components``, ``headline``, ``incidents``, ``facts`` decide in pure code; ``page``, ``statuspage``, ``atom`` write the
report down; ``publisher`` puts the files on disk and ``serve`` answers from them.
"""
