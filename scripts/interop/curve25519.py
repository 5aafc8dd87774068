"""Edwards25519, Ed25519 (RFC 8032) and ristretto255 (RFC 9496) in plain Python.

What it is: arithmetic of our own judges, by the RFCs and by no library, so
that what they say does not hang on code that the program under test uses too.
Slow and not constant in time: for keys that everybody knows.
"""
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def inverse(x):
    return pow(x, P - 2, P)


def add(a, b):
    """Extended coordinates (X, Y, Z, T), RFC 8032 section 5.1.4."""
    a1, a2 = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = a2 - a1, d - c, d + c, a2 + a1
    return e * f % P, g * h % P, f * g % P, e * h % P


ZERO = (0, 1, 1, 0)


def negative(a):
    return -a[0] % P, a[1], a[2], -a[3] % P


def times(k, a):
    out = ZERO
    k %= L * 8
    while k:
        if k & 1:
            out = add(out, a)
        a = add(a, a)
        k >>= 1
    return out


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * inverse(D * y * y + 1) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or x == 0 and sign:
        return None
    return P - x if x & 1 != sign else x


_by = 4 * inverse(5) % P
_bx = recover_x(_by, 0)
BASE = (_bx, _by, 1, _bx * _by % P)


def compress(a):
    z = inverse(a[2])
    x, y = a[0] * z % P, a[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(b):
    n = int.from_bytes(b, "little")
    y, sign = n & (1 << 255) - 1, n >> 255
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    return a, h[32:]


def public(seed):
    return compress(times(_expand(seed)[0], BASE))


def sign(seed, message):
    a, prefix = _expand(seed)
    pub = compress(times(a, BASE))
    r = _number(prefix, message) % L
    big = compress(times(r, BASE))
    s = (r + _number(big, pub, message) % L * a) % L
    return big + s.to_bytes(32, "little")


def verify(pub, message, sig):
    a = decompress(pub)
    s = int.from_bytes(sig[32:], "little")
    if len(sig) != 64 or a is None or s >= L:
        return False
    h = _number(sig[:32], pub, message) % L
    return compress(add(times(s, BASE), times(h, negative(a)))) == sig[:32]


# ristretto255, RFC 9496 section 4.

def _abs(x):
    x %= P
    return P - x if x & 1 else x


def _sqrt_ratio(u, v):
    """(was u/v a square, the square root of u/v or of SQRT_M1 u/v)."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    u %= P
    if check in (-u % P, -u * SQRT_M1 % P):
        r = r * SQRT_M1 % P
    return check in (u, -u % P), _abs(r)


_INVSQRT_A_MINUS_D = _sqrt_ratio(1, -1 - D)[1]
_SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
_ONE_MINUS_D_SQ = (1 - D * D) % P
_D_MINUS_ONE_SQ = (D - 1) ** 2 % P


def decode(b):
    """Section 4.3.1: a point, or None for bytes that are not canonical."""
    s = int.from_bytes(b, "little")
    if len(b) != 32 or s >= P or s & 1:
        return None
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-(D * u1 * u1) - u2 * u2) % P
    square, inv = _sqrt_ratio(1, v * u2 * u2 % P)
    dx = inv * u2 % P
    dy = inv * dx * v % P
    x = _abs(2 * s * dx)
    y = u1 * dy % P
    t = x * y % P
    if not square or t & 1 or y == 0:
        return None
    return x, y, 1, t


def encode(a):
    """Section 4.3.2."""
    x0, y0, z0, t0 = a
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    _, inv = _sqrt_ratio(1, u1 * u2 * u2 % P)
    d1, d2 = inv * u1 % P, inv * u2 % P
    zinv = d1 * d2 * t0 % P
    if t0 * zinv % P & 1:
        x, y, den = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, d1 * _INVSQRT_A_MINUS_D % P
    else:
        x, y, den = x0, y0, d2
    if x * zinv % P & 1:
        y = -y % P
    return _abs(den * (z0 - y)).to_bytes(32, "little")


def _map(b):
    """MAP of section 4.3.4."""
    t = (int.from_bytes(b, "little") & (1 << 255) - 1) % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * _ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    square, s = _sqrt_ratio(u, v)
    if square:
        c = P - 1
    else:
        s, c = -_abs(s * t) % P, r
    n = (c * (r - 1) * _D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * _SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def expand(message, tag, n):
    """expand_message_xmd with SHA-512, RFC 9380 section 5.3.1."""
    tag += bytes([len(tag)])
    b0 = hashlib.sha512(bytes(128) + message + n.to_bytes(2, "big") + b"\0" + tag).digest()
    out = last = hashlib.sha512(b0 + b"\1" + tag).digest()
    while len(out) < n:
        last = hashlib.sha512(bytes(x ^ y for x, y in zip(b0, last)) + bytes([len(out) // 64 + 1]) + tag).digest()
        out += last
    return out[:n]


def hash_to_group(message, tag):
    wide = expand(message, tag, 64)
    return add(_map(wide[:32]), _map(wide[32:]))


def hash_to_scalar(message, tag):
    return int.from_bytes(expand(message, tag, 64), "little") % L
