// Everything here makes a page nicer; every page reads and its simple forms work without it.
import htmx from "htmx.org";

import { isHolding, startBoards } from "./js/board.js";
import { startConfirms } from "./js/confirm.js";
import { startCopy } from "./js/copy.js";
import { startForms } from "./js/forms.js";
import { startKept } from "./js/kept.js";
import { startLive } from "./js/live.js";
import { startMenus } from "./js/menus.js";
import { startPickers } from "./js/picker.js";
import { startPreferences } from "./js/preferences.js";
import { startRows } from "./js/rows.js";
import { startScrollers } from "./js/scrollers.js";
import { startSliders } from "./js/sliders.js";
import { startToasts } from "./js/toasts.js";
import { startViews } from "./js/views.js";

// The content security policy forbids inline styles and eval; nothing is fetched from elsewhere.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  scrollBehavior: "auto",
});
document.documentElement.classList.add("js");
startPreferences();
startToasts();
startMenus();
startConfirms();
startCopy();
startKept();
startForms();
startRows();
startPickers();
startViews();
startScrollers();
startSliders();
startBoards();
startLive(isHolding);
