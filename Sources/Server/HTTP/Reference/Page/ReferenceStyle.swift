/// How the pages of the reference look. Colours are properties, for light and dark; nothing comes from elsewhere.
enum ReferenceStyle {
    static let css = """
        :root {
          color-scheme: light dark;
          --ground: light-dark(#fcfcfa, #16181a);
          --raised: light-dark(#f1f1ec, #202427);
          --ink: light-dark(#1d2327, #e6e4de);
          --quiet: light-dark(#566067, #a2a9ad);
          --line: light-dark(#d8d8d0, #373d41);
          --accent: light-dark(#0b5c55, #6fd0c3);
          --measure: 46rem;
        }
        *, *::before, *::after { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
        a { color: var(--accent); }
        a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
        code { overflow-wrap: anywhere; }
        pre { margin: 0.5rem 0; padding: 0.75rem 1rem; overflow-x: auto; background: var(--raised); border-radius: 6px; }
        pre code { overflow-wrap: normal; }
        .skip { position: absolute; inset-inline-start: -100vw; }
        .skip:focus { inset-inline-start: 1rem; inset-block-start: 1rem; background: var(--ground); padding: 0.5rem; }
        nav { padding: 1rem; border-block-end: 1px solid var(--line); font-size: 0.95rem; }
        nav ul { list-style: none; margin: 0; padding: 0; }
        nav li { padding-block: 0.2rem; }
        nav a { text-decoration: none; }
        nav details ul { padding-inline-start: 1rem; }
        .brand { margin-block-start: 0; font-weight: 600; color: var(--quiet); }
        main { padding: 1rem; min-width: 0; }
        main p, main li { max-width: var(--measure); }
        h1 { font-size: 1.8rem; line-height: 1.2; margin-block: 0.5rem; }
        h2 { font-size: 1.4rem; line-height: 1.25; margin-block: 2.5rem 0.5rem; }
        h3 { font-size: 1.1rem; margin-block: 1.5rem 0.25rem; }
        h4 { font-size: 0.95rem; margin-block: 1rem 0.25rem; color: var(--quiet); }
        h2 a, h3 a { color: inherit; text-decoration: none; }
        h2 a:hover, h3 a:hover { text-decoration: underline; }
        :target { scroll-margin-block-start: 1rem; color: var(--accent); }
        .lead { font-size: 1.1rem; color: var(--quiet); }
        .operation { border-block-start: 1px solid var(--line); margin-block-start: 1.5rem; padding-block-end: 0.5rem; }
        .route { margin-block: 0.25rem; }
        .method { font: 600 0.8rem/1 ui-monospace, monospace; padding: 0.2rem 0.4rem; border-radius: 4px; background: var(--raised); }
        .caller { color: var(--quiet); margin-block: 0.25rem; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 0.93rem; min-width: min(100%, 34rem); }
        th, td { text-align: start; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0; border-block-end: 1px solid var(--line); }
        th { font-weight: 600; color: var(--quiet); }
        .depth-1 { padding-inline-start: 1rem; }
        .depth-2 { padding-inline-start: 2rem; }
        .depth-3 { padding-inline-start: 3rem; }
        .depth-4 { padding-inline-start: 4rem; }
        summary { cursor: pointer; padding-block: 0.25rem; }
        .problems { margin-block: 0.25rem; }
        .alone { max-width: 60rem; margin-inline: auto; }
        @media (min-width: 62rem) {
          .frame { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
          nav { position: sticky; inset-block-start: 0; height: 100vh; overflow-y: auto; border-block-end: 0; border-inline-end: 1px solid var(--line); }
          main { padding: 1.5rem 2.5rem; max-width: 68rem; }
        }
        @media print {
          nav, .skip { display: none; }
        }

        """
}
