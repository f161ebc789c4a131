"""The model that a library is bound to, as it is found on this machine."""

from .errors import ModelMismatch
from .models import Model, resolve_model
from .store import Store

__all__ = ["library_model"]


def library_model(store: Store) -> Model:
    """The model of a library, found on this machine by its name.

    Raises ModelMismatch where what has that name now is another model.
    """
    with store.read() as snapshot:
        own = snapshot.model
    chosen = resolve_model(own.name)
    if chosen.fingerprint != own.fingerprint:
        raise ModelMismatch(
            f"The library {store.path} was made by a model named {own.name} with fingerprint "
            f"{own.fingerprint[:12]}; the one of that name here has {chosen.fingerprint[:12]}. "
            f"Bring back the former, or encode anew with: paperkin rebuild {store.path} --model "
            f"{own.name}"
        )
    return chosen
