# The two commands are `make run` and `make test`; both work from nothing but make and Python 3.11 or newer.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input -qq
# All of it: what the image installs is requirements.lock, and holds neither test tools nor the embedded server.
LOCK := requirements-dev.lock
# What was installed last, as a copy of the lock: a checkout changes file times, the content decides.
STAMP := $(VENV)/requirements.installed
# The command line as a command of the environment.
COMMAND := $(VENV)/bin/santui
SOURCES = $(wildcard domain workflows activities api infra worker.py bench tests)

# How many processes share the tests, each with a system of its own: one a core and one more, for each waits at times
# (tests/side_by_side.py).
JOBS = 3

# What was compiled is kept, whatever the caller's environment says: else every process compiles the house anew, a sixth
# of its start (api, worker, up: 1.5 of 9.5 s of CPU time), and half of what it takes to collect the tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint setup lock clean browser scanner
.DEFAULT_GOAL := run

# exec: signals reach the supervisor itself, which ends its children in order.
run: setup
	@exec $(PY) -m api.cli up

# Without a Chromium or a clamd what needs none is run, and in the end it is said what was not; on CI that is a failure
# already.
test: setup browser scanner
	@$(NEEDED_BY_BROWSER) $(FIND_CLAMD) \
	left=; \
	if [ -n "$$need" ]; then left="--ignore=tests/web"; fi; \
	if [ -z "$$clamd" ]; then left="$$left --ignore=$(CLAMD_TESTS)"; fi; \
	if [ -z "$$left" ]; then exec $(PY) -m pytest -n $(JOBS); fi; \
	$(PY) -m pytest -n $(JOBS) $$left; status=$$?; \
	if [ -n "$$need" ]; then echo "test: NOT RUN: the browser tests, tests/web, which need $$need. 没有运行：浏览器测试 tests/web，缺少 $$need。" >&2; fi; \
	if [ -z "$$clamd" ]; then echo "test: NOT RUN: $(CLAMD_TESTS), which needs clamd. 没有运行：病毒检查测试 $(CLAMD_TESTS)，缺少 clamd。" >&2; fi; \
	exit $$status

lint: setup
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(PY) -m mypy --no-error-summary $(SOURCES)
	@$(VENV)/bin/lint-imports --no-cache --no-logo >$(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@$(PY) -m tests.house
	@echo "lint: clean"

setup:
	@if cmp -s $(LOCK) $(STAMP) && $(PY) -c '' 2>/dev/null; then \
	    cmp -s infra/santui $(COMMAND) || cp infra/santui $(COMMAND); exit; \
	fi; \
	$(FIND_PYTHON) \
	if ! $(PY) -c '' 2>/dev/null; then \
	    echo "setup: a virtual environment in $(VENV), with $$("$$python" -V)"; \
	    rm -rf $(VENV); \
	    "$$python" -m venv $(VENV) || { rm -rf $(VENV); \
	        echo "Python's venv module is incomplete: install it (Debian: apt-get install python3-venv). 缺少 venv 模块。" >&2; exit 1; }; \
	fi; \
	echo "setup: installing what $(LOCK) names (a minute the first time)"; \
	$(PIP) install --require-hashes -r $(LOCK) || { \
	    echo "The dependencies could not be installed: see above. 依赖安装失败，请看上面的原因。" >&2; exit 1; }; \
	cp infra/santui $(COMMAND) && cp $(LOCK) $(STAMP) && \
	echo "setup: done"

# The first interpreter that is new enough becomes $$python. Shims that name a missing version fail the question too.
define FIND_PYTHON
python=; \
for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "santui needs Python 3.11 or newer, and none was found: install it, or name it: make PYTHON=… 需要 Python 3.11 以上。" >&2; exit 1; \
fi;
endef

# The desk is tested in a real browser, with a font that has Chinese. Without windows it works less for the same pages.
browser:
	@$(NEEDED_BY_BROWSER) \
	if [ -z "$$need" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "test: the browser tests need $$need: installing with apt-get"; \
	    apt-get update -qq >/dev/null; \
	    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then \
	        need=$$(echo "$$need" | sed 's/^chromium/chromium-headless-shell/'); \
	    fi; \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fontconfig $$need >/dev/null; \
	elif [ -n "$$CI" ]; then \
	    echo "The browser tests need $$need: install what is missing. 浏览器测试缺少软件包：$$need。" >&2; exit 1; \
	fi

# What the browser tests need and this machine has not becomes $$need.
define NEEDED_BY_BROWSER
need=chromium; \
for browser in chromium-headless-shell chromium chromium-browser google-chrome; do \
    if command -v $$browser >/dev/null; then need=; break; fi; \
done; \
fc-list :lang=zh 2>/dev/null | grep -q . || need="$$need fonts-noto-cjk"; \
need=$${need# };
endef

CLAMD_TESTS = tests/api/attachments/test_clamd.py
# Where Debian has it, and a person's PATH has not.
SBIN = /usr/sbin

# Uploads are looked through by a real clamd. Of its package the program alone is unpacked: installed, it would be started
# as a service.
scanner:
	@$(FIND_CLAMD) \
	if [ -n "$$clamd" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "test: uploads are looked through by clamd: fetching it with apt-get"; \
	    apt-get update -qq >/dev/null; \
	    library=$$(apt-cache depends clamav-daemon | sed -n 's/.*Depends: \(libclamav[0-9a-z]*\).*/\1/p'); \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$library >/dev/null && \
	    mkdir -p $(VENV)/clamd && cd $(VENV)/clamd && \
	    apt-get download -qq -o APT::Sandbox::User=root clamav-daemon && \
	    dpkg-deb -x clamav-daemon_*.deb . && rm clamav-daemon_*.deb; \
	elif [ -n "$$CI" ]; then \
	    echo "Uploads are looked through by clamd: install it (Debian: clamav-daemon). 病毒检查测试缺少 clamd。" >&2; exit 1; \
	fi

# The clamd of this machine, or what was fetched, becomes $$clamd.
define FIND_CLAMD
clamd=; \
for program in clamd $(SBIN)/clamd $(VENV)/clamd/usr/sbin/clamd; do \
    if command -v $$program >/dev/null; then clamd=$$program; break; fi; \
done;
endef

lock:
	@$(FIND_PYTHON) \
	tool=$$(mktemp -d) && trap 'rm -rf "$$tool"' EXIT && \
	"$$python" -m venv "$$tool" && \
	"$$tool/bin/pip" --disable-pip-version-check -qq install uv && \
	compile="$$tool/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	    --no-emit-index-url --no-header --no-annotate" && \
	$$compile --extra embedded --extra dev -o $(LOCK) pyproject.toml && \
	$$compile --constraint $(LOCK) -o requirements.lock pyproject.toml && \
	echo "lock: $(LOCK) and requirements.lock written"

clean:
	@rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "clean: done; the state under var/ is kept"
