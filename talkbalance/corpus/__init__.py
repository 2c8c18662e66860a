"""Many meetings: a store of measured meetings, batches that fill it, and what changes over the years.

`tables` measures one meeting into the rows a store holds; `store` keeps meetings and rows, part by part (`parts`), in a folder or
elsewhere (`places`); `jobs` says what there is to do in a folder, and `batch` does it on Dask (`clusters`); `details` says whose
meeting it is. `trends` and `carried` follow one client through the years, `research` makes what a study needs.
"""
