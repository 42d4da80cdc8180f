"""The one blueprint of the pool."""

from flask import Blueprint

blueprint = Blueprint("instructor_pool", __name__)
