"""Hashed static files, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, with the imports of JavaScript modules rewritten to them."""

    support_js_module_import_aggregation = True
    # A pass carries new names from a module to those that import it. Django's 5 are fewer than ours are deep.
    max_post_process_passes = 20
