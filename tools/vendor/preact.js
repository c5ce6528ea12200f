// What the designer uses of packages, bundled once by tools/javascript.py into static/build/preact.js.
// esbuild reads this file, and TypeScript reads a copy of it beside the bundle.
export { Fragment, h, render } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
export { default as htm } from "htm";
