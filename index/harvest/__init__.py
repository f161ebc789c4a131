"""Getting papers from services over HTTP, politely, page by page: arXiv (OAI-PMH) and OpenAlex."""

from .arxiv import Arxiv
from .fetch import Manners
from .openalex import OpenAlex
from .run import HarvestProgress, HarvestReport, harvest

__all__ = ["Arxiv", "HarvestProgress", "HarvestReport", "Manners", "OpenAlex", "harvest"]
