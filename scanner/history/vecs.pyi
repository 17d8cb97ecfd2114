from librt.vecs import append as append
from librt.vecs import vec as vec
from mypy_extensions import i64 as i64

# What takes its time where nothing is compiled, and is not called anywhere else.
def repeated(number: int, count: int) -> vec[i64]: ...
def ordered(numbers: vec[i64]) -> vec[i64]: ...
