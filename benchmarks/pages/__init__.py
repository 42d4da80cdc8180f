"""How long every page takes in a pool as large as a province's."""
