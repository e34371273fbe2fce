function (op, ...args) {
  // Everything here runs in an isolated world: it sees the document, not the
  // page's scripts, and they cannot see or replace it.
  const squeeze = (s) => (s || '').replace(/\s+/g, ' ').trim();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // The top document and the frames of its origin, in document order.
  const documents = () => {
    const all = [document];
    for (let i = 0; i < all.length; i++) {
      for (const f of all[i].querySelectorAll('iframe, frame')) {
        try { if (f.contentDocument) all.push(f.contentDocument); } catch { /* another origin */ }
      }
    }
    return all;
  };
  const find = (selector) => documents().flatMap((d) => [...d.querySelectorAll(selector)]);
  const visible = (e) => {
    for (let n = e; n; n = n.ownerDocument.defaultView && n.ownerDocument.defaultView.frameElement) {
      if (!n.isConnected || !n.checkVisibility({ visibilityProperty: true })) return false;
      const r = n.getBoundingClientRect();
      if (r.width <= 0 || r.height <= 0) return false;
    }
    return true;
  };
  const firstVisible = (selector) => find(selector).find(visible);
  const parked = () => location.protocol === 'chrome-error:';

  const holds = (s) => {
    if (s.selector) return !!firstVisible(s.selector);
    if (s.gone) return document.readyState !== 'loading' && !firstVisible(s.gone);
    if (s.path) return location.pathname.startsWith(s.path);
    const within = s.within ? find(s.within).filter(visible) : documents().map((d) => d.body);
    const pattern = new RegExp(s.text, 'i');
    return within.some((e) => e && pattern.test(squeeze(e.innerText)));
  };

  const editable = (e) => e.isContentEditable || e.matches('input, textarea, select');
  const state = (e, need) => {
    if (!e) return 'nothing matches it';
    if (!visible(e)) return 'it cannot be seen';
    if (e.matches(':disabled') || e.getAttribute('aria-disabled') === 'true') return 'it is disabled';
    if (need === 'edit' && (!editable(e) || e.readOnly || e.type === 'hidden')) return 'it cannot be edited';
    return '';
  };
  // The centre of an element in the coordinates of the top document.
  const centre = (e) => {
    const r = e.getClientRects()[0] || e.getBoundingClientRect();
    const local = { x: r.left + r.width / 2, y: r.top + r.height / 2 };
    const at = { ...local };
    let w = e.ownerDocument.defaultView;
    while (w && w.frameElement) {
      const f = w.frameElement, o = f.getBoundingClientRect();
      at.x += o.left + f.clientLeft;
      at.y += o.top + f.clientTop;
      w = f.ownerDocument.defaultView;
    }
    return { local, at };
  };
  const inView = (p) => p.x >= 0 && p.y >= 0 && p.x < innerWidth && p.y < innerHeight;
  const hit = (e, p) => {
    const top = e.ownerDocument.elementFromPoint(p.x, p.y);
    return top && (e === top || e.contains(top) || (top.contains(e) && top.matches('label')) ||
      (e.labels && [...e.labels].some((l) => l.contains(top))) || (top.shadowRoot && top.contains(e)));
  };
  const active = () => {
    let a = document.activeElement;
    while (a && a.contentDocument) a = a.contentDocument.activeElement;
    return a;
  };
  const pick = (selector, need) => {
    const all = find(selector);
    return all.find((e) => state(e, need) === '') || all.find(visible) || all[0];
  };
  const fire = (e, ...names) => names.forEach((n) => e.dispatchEvent(new Event(n, { bubbles: true })));

  const blank = {
    transition: 'none', animation: 'none', color: 'transparent', '-webkit-text-fill-color': 'transparent',
    'text-shadow': 'none', 'caret-color': 'transparent', 'text-decoration': 'none', background: '#999', filter: 'none',
  };
  const harmless = 'input:is([type=button], [type=submit], [type=reset], [type=checkbox], [type=radio], [type=image])';
  const field = 'input, textarea, select, [contenteditable]:not([contenteditable=false])';
  // What can show a credential: fields and what is in them, frames of other
  // origins, and elements whose inside is closed to us.
  const risky = () => {
    const found = [], roots = documents();
    for (let i = 0; i < roots.length; i++) {
      for (const e of roots[i].querySelectorAll('*')) {
        if (e.shadowRoot) roots.push(e.shadowRoot);
        if (e.closest(field)) {
          if (!e.matches(harmless)) found.push([e, 'blank']);
        } else if (e.localName.includes('-') && !e.shadowRoot && !e.textContent) {
          found.push([e, 'hide']);
        } else if (e.matches('iframe, frame, object, embed')) {
          let open = false;
          try { open = !!e.contentDocument; } catch { /* another origin */ }
          if (!open) found.push([e, 'hide']);
        }
      }
    }
    return found;
  };

  const ops = {
    ready: async (slice) => {
      for (const end = Date.now() + slice; Date.now() < end; await pause(10)) {
        if (document.readyState !== 'loading') return true;
      }
      return document.readyState !== 'loading';
    },
    wait: async (sightings, slice) => {
      const end = Date.now() + slice;
      for (;;) {
        const began = performance.now();
        if (!parked()) {
          for (const s of sightings) {
            try {
              if (holds(s)) return { name: s.name };
            } catch (err) {
              return { bad: s.name + ': ' + err.message };
            }
          }
        }
        if (Date.now() >= end) return { loaded: document.readyState === 'complete' };
        await pause(Math.max(25, 4 * (performance.now() - began)));
      }
    },
    href: () => location.href,
    seen: (selector) => !!firstVisible(selector),
    text: (selector) => { const e = firstVisible(selector); return e ? squeeze(e.innerText) : ''; },
    locate: async (selector, need, slice) => {
      const end = Date.now() + slice;
      for (;;) {
        const e = pick(selector, need);
        let why = state(e, need);
        // A place measured before the style sheets are in is another one after.
        if (!why && document.readyState !== 'complete' &&
          [...document.querySelectorAll('link[rel~=stylesheet]')].some((l) => !l.sheet)) why = 'its style sheets are loading';
        if (!why) {
          let c = centre(e);
          if (!inView(c.at)) {
            e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
            c = centre(e);
          }
          await pause(16);
          const again = e.isConnected ? centre(e) : c;
          if (Math.abs(again.at.x - c.at.x) > 1 || Math.abs(again.at.y - c.at.y) > 1) why = 'it keeps moving';
          else if (need === 'click' && !hit(e, again.local)) why = 'something covers it';
          else return { ok: true, href: location.href, x: again.at.x, y: again.at.y, type: (e.type || '').toLowerCase() };
        }
        if (Date.now() >= end) return { ok: false, why };
        await pause(25);
      }
    },
    // Focuses a field with its content selected; tells whether it held any.
    focus: (selector) => {
      const e = pick(selector, 'edit');
      if (state(e, 'edit')) return { ok: false };
      e.focus();
      let full = false;
      if (e.isContentEditable) {
        const range = e.ownerDocument.createRange();
        range.selectNodeContents(e);
        const s = e.ownerDocument.getSelection();
        s.removeAllRanges();
        s.addRange(range);
        full = e.textContent !== '';
      } else {
        full = e.value !== '';
        if (full && e.select) e.select();
      }
      return { ok: active() === e, full };
    },
    // How much a field holds, never what.
    length: (selector) => {
      const e = pick(selector, 'edit');
      return e ? (e.isContentEditable ? e.textContent : e.value || '').length : -1;
    },
    // For fields that take no typing, such as a date.
    set: (selector, value) => {
      const e = pick(selector, 'edit');
      if (state(e, 'edit')) return false;
      e.focus();
      e.value = value;
      fire(e, 'input', 'change');
      return e.value === value;
    },
    select: async (selector, value, slice) => {
      const end = Date.now() + slice;
      for (;;) {
        const e = pick(selector, 'edit');
        let why = state(e, 'edit');
        if (!why && !e.matches('select')) why = 'it is not a list';
        if (!why) {
          const option = [...e.options].find((o) => o.value === value && !o.disabled);
          if (option) {
            e.focus();
            if (!option.selected || e.multiple) { e.value = value; fire(e, 'input', 'change'); }
            return { ok: true };
          }
          why = 'it has no such option';
        }
        if (Date.now() >= end) return { ok: false, why };
        await pause(25);
      }
    },
    // Covers everything a credential can be in before a picture is taken, and
    // gives the visible text, which never has what fields hold.
    mask: (most) => {
      if (globalThis.covered) ops.unmask();
      const undo = [], done = new Set();
      globalThis.covered = { undo, done };
      const style = (e, rules) => {
        const was = e.getAttribute('style');
        undo.push(() => {
          e.getAttribute('style'); // Blink leaves an empty attribute unless it has been written out first
          if (was === null) e.removeAttribute('style'); else e.setAttribute('style', was);
        });
        for (const [k, v] of Object.entries(rules)) e.style.setProperty(k, v, 'important');
      };
      for (const [e, how] of risky()) {
        done.add(e);
        if (how === 'hide') { style(e, { opacity: '0', transition: 'none' }); continue; }
        style(e, blank);
        const hint = e.getAttribute('placeholder');
        if (hint) { e.removeAttribute('placeholder'); undo.push(() => e.setAttribute('placeholder', hint)); }
      }
      // Hidden fields give no text; in the picture they are grey.
      done.forEach((e) => e.style.setProperty('visibility', 'hidden', 'important'));
      const text = document.body ? document.body.innerText : '';
      done.forEach((e) => e.style.removeProperty('visibility'));
      return { title: document.title, text: text.slice(0, most), href: location.href };
    },
    // Undoes mask; true when all there is to cover was covered until now.
    unmask: () => {
      const c = globalThis.covered;
      if (!c) return false;
      const whole = risky().every(([e, how]) => c.done.has(e) &&
        (how === 'hide' ? getComputedStyle(e).opacity === '0' : getComputedStyle(e).webkitTextFillColor === 'rgba(0, 0, 0, 0)'));
      c.undo.reverse().forEach((f) => f());
      delete globalThis.covered;
      return whole;
    },
    storage: () => {
      const copy = (name) => { try { return { ...window[name] }; } catch { return {}; } };
      return { origin: location.origin, local: copy('localStorage'), session: copy('sessionStorage') };
    },
    restore: (local, session) => {
      for (const [k, v] of Object.entries(local || {})) localStorage.setItem(k, v);
      for (const [k, v] of Object.entries(session || {})) sessionStorage.setItem(k, v);
      return true;
    },
    brand: async () => {
      const d = navigator.userAgentData;
      if (!d) return null;
      return d.getHighEntropyValues(['architecture', 'bitness', 'fullVersionList', 'model', 'platformVersion', 'wow64', 'formFactors']);
    },
  };
  return ops[op](...args);
}
