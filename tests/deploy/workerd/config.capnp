# Runs docs/deploy/cloudflare/worker.js as its wrangler.jsonc says, in the runtime without Cloudflare.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "rooms", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "rooms")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "ORIGINS", text = "https://www.example.org https://example.org"),
    (name = "ROOMS", durableObjectNamespace = "Room"),
  ],
  durableObjectNamespaces = [(className = "Room", uniqueKey = "room", enableSql = true)],
  durableObjectStorage = (inMemory = void),
);
