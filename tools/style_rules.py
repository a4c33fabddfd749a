"""The tables of check_style.py: what is banned, where it is allowed, and what to write in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class BannedToken:
    """A pattern that must not stand in the code of the folders `scope`, except under `allowed`."""

    name: str
    pattern: re.Pattern[str]
    instead: str
    scope: tuple[str, ...] = ("src/", "include/")
    allowed: tuple[str, ...] = field(default=("src/env/real/",))


def _banned(name: str, pattern: str, instead: str, **places: tuple[str, ...]) -> BannedToken:
    return BannedToken(name, re.compile(pattern, re.MULTILINE), instead, **places)


def _include(*headers: str) -> str:
    return r"^\s*#\s*include\s*<(?:" + "|".join(headers) + ")>"


BANNED_TOKENS = (
    _banned(
        "clock",
        r"\b(?:system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday|localtime(?:_r)?|gmtime(?:_r)?)\b"
        r"|\bstd::time\s*\(|\babsl::Now\b",
        "env/'s Clock, from the Environment or the operator's context",
    ),
    _banned(
        "thread",
        r"\bstd::(?:thread|jthread|async|this_thread|stop_token)\b|\bpthread_\w+\s*\(|" + _include("thread"),
        "env/'s Executor: spawn a tasklet, or block() on the I/O pool",
    ),
    _banned("thread-local", r"\bthread_local\b", "state of the operator or the call: a task moves between threads"),
    _banned(
        "lock",
        r"\bstd::(?:\w*mutex|condition_variable\w*|counting_semaphore|binary_semaphore|latch|barrier)\b|"
        + _include("mutex", "shared_mutex", "condition_variable", "semaphore"),
        "a tasklet's mail: what one task owns needs no lock",
        allowed=("src/env/",),
    ),
    _banned(
        "sleep",
        r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])sleep\s*\(",
        "a step of the virtual clock (tests), or Executor::at",
        scope=("src/", "include/", "tests/"),
    ),
    _banned(
        "file",
        r"\b(?:fopen|freopen|ifstream|ofstream|fstream|opendir|openat|mmap|fsync|fdatasync|mkstemp|tmpfile)\b|\bstd::filesystem\b"
        r"|(?<![\w>])::(?:open|read|write|close|stat|fstat|unlink|rename|pread|pwrite|ftruncate|mkdir)\s*\(|"
        + _include("fstream", "filesystem", r"fcntl\.h", r"unistd\.h", r"dirent\.h", r"sys/\w+\.h"),
        "env/'s FileSystem",
    ),
    _banned(
        "socket",
        r"(?<![\w>])::(?:socket|connect|bind|listen|accept|send|recv|poll)\s*\(|"
        + _include(r"sys/socket\.h", r"netinet/\w+\.h", r"arpa/inet\.h", r"poll\.h", r"netdb\.h"),
        "env/'s transport",
    ),
    _banned(
        "random",
        r"\bstd::(?:random_device|mt19937(?:_64)?|minstd_rand0?|default_random_engine|\w+_distribution)\b"
        r"|(?<![\w.>:])(?:std::)?s?rand\s*\(|\bgetrandom\b|" + _include("random"),
        "env/'s Random, seeded",
    ),
    _banned(
        "environment-variable",
        r"\b(?:secure_)?getenv\b|\bsetenv\b",
        "the configuration, read once by cli/",
        allowed=("src/env/real/", "src/cli/"),
    ),
    _banned(
        "stdout",
        r"\bstd::(?:cout|cerr|clog|printf|puts)\b|(?<![\w.>:])(?:f?printf|f?puts|putchar)\s*\(|\bfmt::print\b|" + _include("iostream"),
        "a returned value or env/'s log; only cli/ writes to the terminal",
        allowed=("src/env/real/", "src/cli/"),
    ),
    _banned(
        "exit",
        r"\bstd::(?:exit|_Exit|quick_exit|abort|terminate)\b|(?<![\w.>:])(?:_?exit|abort)\s*\(",
        "UserError, TransientError or CHECK; only cli/ ends the process",
        allowed=("src/env/real/", "src/cli/"),
    ),
    _banned(
        "new",
        r"(?<!operator )\bnew\b(?!\s*\()|(?<!= )(?<!operator )\bdelete\b",
        "std::make_unique, or a value",
        allowed=(),
    ),
    _banned("friend", r"\bfriend\b", "a member, or a function that uses the public interface", allowed=()),
    _banned("assert", r"(?<![\w.>:])assert\s*\(|" + _include("cassert"), "CHECK: on in production too", allowed=()),
    _banned(
        "suppressed-warning",
        r"#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored",
        "code without the warning",
        allowed=(),
    ),
)

# Looked for in .h files only.
BANNED_IN_HEADERS = (
    _banned(
        "macro",
        r"^\s*#\s*define\b",
        "a function, a template or a constant",
        allowed=("src/base/check.h", "src/base/log.h"),
    ),
    _banned("using-namespace", r"\busing\s+namespace\b", "the full name: a header must not open a namespace for its readers", allowed=()),
)

# Last words of file and type names that say nothing.
BANNED_NAMES = {"util", "utils", "utility", "utilities", "helper", "helpers", "common", "manager", "managers", "misc"}

# Looked for in comments of every C++ file, and in scripts and documents.
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")

# Places that exist on one machine only.
PRIVATE_PATHS = re.compile(r"/work" + r"/|\bshared/(?:design|scripts|data|hooks)\b|/ro" + r"ot/|/home/\w+/")

FILE_LINES = {".h": 300, ".cc": 400}
FUNCTION_LINES = 70

# Headers include what they use of the standard library, though the precompiled header would give it to them anyway.
STANDARD_HEADERS = {
    "algorithm": r"std::(?:min|max|clamp|sort|stable_sort|find|find_if|any_of|all_of|none_of|copy|fill|lower_bound|upper_bound)\b",
    "array": r"std::array\b",
    "atomic": r"std::atomic\w*\b",
    "bit": r"std::(?:bit_cast|bit_ceil|bit_width|popcount|countr_zero|countl_zero|endian|rotl)\b",
    "chrono": r"std::chrono\b",
    "compare": r"std::(?:strong|weak|partial)_ordering\b",
    "concepts": r"std::(?:same_as|convertible_to|integral|floating_point|invocable)\b",
    "cstddef": r"std::(?:byte|ptrdiff_t|max_align_t|nullptr_t)\b",
    "cstdint": r"\b(?:std::)?u?int(?:8|16|32|64)_t\b",
    "cstring": r"std::(?:memcpy|memcmp|memset|memmove|strlen|strcmp)\b",
    "deque": r"std::deque\b",
    "exception": r"std::(?:exception_ptr|current_exception|rethrow_exception)\b",
    "functional": r"std::(?:function|reference_wrapper|ref|cref)\b",
    "initializer_list": r"std::initializer_list\b",
    "limits": r"std::numeric_limits\b",
    "map": r"std::(?:multi)?map\b",
    "memory": r"std::(?:unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared_from_this)\b",
    "optional": r"std::(?:optional|nullopt)\b",
    "set": r"std::(?:multi)?set\b",
    "span": r"std::(?:span|as_bytes)\b",
    "stdexcept": r"std::(?:runtime_error|logic_error|invalid_argument|out_of_range)\b",
    "string": r"std::(?:string|to_string)\b",
    "string_view": r"std::string_view\b",
    "tuple": r"std::(?:tuple|make_tuple|tie)\b",
    "type_traits": r"std::(?:is_\w+_v|enable_if_t|conditional_t|remove_\w+_t|decay_t|underlying_type_t|make_\w+signed_t)\b",
    "unordered_map": r"std::unordered_(?:multi)?map\b",
    "unordered_set": r"std::unordered_(?:multi)?set\b",
    "utility": r"std::(?:move|forward|exchange|swap|pair|index_sequence)\b",
    "variant": r"std::(?:variant|visit|monostate|get_if|holds_alternative)\b",
    "vector": r"std::vector\b",
    "fmt/format.h": r"\bfmt::",
}

# <utility> comes with every container and holder, by the standard's own declarations.
UTILITY_FROM = {"algorithm", "functional", "map", "memory", "optional", "string", "tuple", "unordered_map", "variant", "vector"}
