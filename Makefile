# 帮扶平台：常用命令。两条就够：make run 启动，make test 跑全部测试。
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

# 编译结果留着：测试启动的进程不必每次重新编译
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test install install-dev lint format types contracts migrations coverage bench clauses demo-reset screenshots messages lock

help: ## 列出全部命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: install ## 安装、迁移、载入演示数据并启动（PORT=、BANGFU_DATABASE_URL= 可改）
	@BANGFU_DEMO=1 $(BIN)/bangfu serve --demo --port $(PORT)

test: install-dev ## 安装所需一切，运行全部检查与测试
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/clauses.py
	@$(BIN)/python -m pytest -n 2 --dist worksteal

coverage: install-dev ## 同样的测试，另量分支覆盖率（须达 95%，约慢一倍）
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov=core --cov=plugins --cov-branch --cov-report=term:skip-covered --cov-fail-under=95

install: ## 只安装，不启动
	@$(PYTHON) scripts/bootstrap.py

install-dev: ## 安装测试所需的一切（PostgreSQL、Chromium、中文字体）
	@$(PYTHON) scripts/bootstrap.py --dev

lint: install-dev ## 代码检查
	@$(BIN)/ruff check .

format: install-dev ## 整理代码格式
	@$(BIN)/ruff check --fix .

types: install-dev ## 类型检查
	@$(BIN)/mypy

contracts: install-dev ## 模块依赖约定
	@$(BIN)/lint-imports

migrations: install-dev ## 迁移与模型是否一致
	@$(BIN)/python -m pytest -q tests/core/test_migrations.py

bench: install-dev ## 性能对照（打印表格，写 bench.json）
	@$(BIN)/python -m tests.bench

clauses: install-dev ## 方案条款覆盖情况
	@$(BIN)/python scripts/clauses.py

demo-reset: install ## 清除并重新载入演示数据
	@BANGFU_DEMO=1 $(BIN)/bangfu demo reset

screenshots: install-dev ## 生成全部页面的截图（screenshots/）
	@$(BIN)/python scripts/gallery.py

messages: install-dev ## 提取界面文字，更新英文目录
	@$(BIN)/python -m core.web.catalogue

lock: install-dev ## 按 requirements*.in 重新锁定版本
	@$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 requirements.in -c requirements-dev.lock -o requirements.lock
