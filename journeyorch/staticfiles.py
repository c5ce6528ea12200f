"""Hashed static files, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, with the imports of JavaScript modules rewritten to them."""

    support_js_module_import_aggregation = True
