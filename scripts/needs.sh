#!/usr/bin/env bash
# Installs the programs that some tests start for real: PostgreSQL, Chromium,
# age, openssl, softhsm2, poppler, tesseract. Where it may not, it says so and the tests that need
# them are skipped aloud (and fail in CI, where nothing may be skipped).
set -u
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium fonts-noto-core fonts-noto-cjk)
command -v python3 >/dev/null || missing+=(python3) # other programs than ours check vectors and change packages
command -v age >/dev/null || missing+=(age)
command -v softhsm2-util >/dev/null || missing+=(softhsm2) # a PKCS#11 token made of software
/usr/bin/python3 -c 'import PyKCS11' 2>/dev/null || missing+=(python3-pykcs11)
command -v pkcs11-tool >/dev/null || missing+=(opensc)
command -v openssl >/dev/null || missing+=(openssl)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v tesseract >/dev/null || missing+=(tesseract-ocr tesseract-ocr-eng)
/usr/bin/python3 -c 'import phonenumbers' 2>/dev/null || missing+=(python3-phonenumbers) # judges the phone tables
command -v gcc >/dev/null || missing+=(gcc libc6-dev) # the race detector links with it
[ ${#missing[@]} -eq 0 ] && exit 0
echo "needs: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null && sudo -n true 2>/dev/null && sudo=(sudo -n)
	if [ ${#sudo[@]} -eq 0 ]; then
		echo "needs: not root and no sudo, so nothing is installed; tests that need these will say that they were skipped"
		exit 0
	fi
fi
if ! command -v apt-get >/dev/null; then
	echo "needs: no apt-get here; install them by hand to run every test"
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
	echo "needs: apt-get could not install ${missing[*]}"
	[ "${CI:-}" = true ] && exit 1
}
exit 0
