// What the agent's pages run. Every page works without it.
document.documentElement.classList.add("js");
import "./time";
import "./toast";
import "./small";
import "./swap";
import "./list";
import "./board";
import "./live";
import "./counts";
import "./palette";
import "./keys";
import "./recipients";
import "./suggest";
import "./viewer";
import "./composer-shell";
import "./canned";
import "./find";
