# Everything here sets up what it needs by itself, prints what it does and can be run again.
# Needed beforehand: Linux, make, npm, and for clusters Docker with kind and kubectl, or root on Debian with Go.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-down test test-unit test-api test-faults test-cluster soak soak-sidecar lint types golden images cluster-up cluster-down

NODE_VERSION := 24.21.0
NODE_PACKAGE := node-linux-$(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
export PATH := $(CURDIR)/.tools/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-14s %s\n", $$1, $$2 }'

##@ Setting up

setup: node_modules/.package-lock.json ## Bring Node 24 and the pinned packages into the checkout

# The checkout's own Node: the code is TypeScript that Node 24 runs directly, and machines often have an older one.
.tools/node/bin/node:
	@echo "== bringing Node $(NODE_VERSION) into .tools"
	@command -v npm >/dev/null || { echo "npm is missing: install it, for example by 'apt-get install npm'"; exit 1; }
	@rm -rf .tools/node && mkdir -p .tools/node
	@cd .tools && npm pack --loglevel=error $(NODE_PACKAGE)@$(NODE_VERSION) >/dev/null
	@tar xzf .tools/$(NODE_PACKAGE)-$(NODE_VERSION).tgz -C .tools/node --strip-components=1
	@rm .tools/$(NODE_PACKAGE)-$(NODE_VERSION).tgz
	@touch $@

node_modules/.package-lock.json: .tools/node/bin/node package.json package-lock.json
	@echo "== installing the pinned packages"
	@npm ci --ignore-scripts --loglevel=error --no-fund --no-audit
	@touch $@

##@ The main job

demo: setup ## Bring up a cluster, Kafka, the operator and an example shop, and show what they do
	@node scripts/demo.ts

demo-down: setup ## End what "make demo" left running
	@node scripts/demo.ts down

##@ Tests

test: setup lint types ## Run everything; ends in "N passed, N failed, N skipped"
	@node test/run.ts

test-unit: setup ## Run the tests that need no Kubernetes
	@node test/run.ts unit

test-api: setup ## Run the tests that need a real API server
	@node test/run.ts api

test-faults: setup ## Run the operator through crashes, broken watches and servers from the past
	@node test/run.ts faults

test-cluster: setup ## Run the tests that need a whole cluster
	@node test/run.ts cluster

soak: setup ## Churn a cluster for an hour and look for what is missed, leaks or never rests
	@node test/soak/main.ts

soak-sidecar: setup ## Let clients of all kinds loose on the metrics sidecar for 20 minutes
	@node test/soak/sidecar/main.ts

lint: setup ## Check style and imports
	@biome check

types: setup ## Check types
	@tsc --noEmit

golden: setup ## Rewrite generated files and golden files; review the difference
	@node scripts/golden.ts

##@ Images and clusters

images: setup ## Build the images of the operator and the sidecars
	@node test/cluster/main.ts images

cluster-up: setup ## Start a single-node Kubernetes that stays
	@node test/cluster/main.ts up --mode node --name dev

cluster-down: setup ## End it
	@node test/cluster/main.ts down --name dev
