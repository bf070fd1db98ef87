import React, { type FC } from 'react';
type Props<T> = { items: T[]; render?: (item: T) => JSX.Element };
export const List = <T,>({ items, render = (x) => <li key={1}>{String(x)}</li> }: Props<T>) => {
  const [state, setState] = React.useState<number | null>(null);
  // A comment
  return (
    <ul className="list" onClick={() => setState((s) => (s ?? 0) + 1)} {...{ a: 1 }} disabled>
      {/* inside */}
      {items.map((item, i) => (i % 2 ? <Item.Row<T> value={item}>{`n ${i}`}</Item.Row> : null))}
      text &nbsp; <br /> <></> <svg:path d='M0' data-x="y" />
    </ul>
  );
};
class C extends React.Component<Props<string>> { render(): any { return <div>{this.props.items!}</div>; } }
const broken = <div><span></div>;
function f(a: { return <a b={> ; }
after(a, GFP_ATOMIC)
