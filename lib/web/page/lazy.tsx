/**
 * Parts of the page that are loaded when they are shown.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { notifyFailure } from "./toasts.ts";

/** A component in place of one that is loaded when it is first shown. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loading: Promise<ComponentType<Props>> | undefined;
  return function Lazy(props: Props) {
    const loaded = useSignal<{ readonly Component: ComponentType<Props> } | undefined>(undefined);
    useEffect(() => {
      loading ??= load();
      loading.then((Component) => loaded.value = { Component }, (error) => {
        loading = undefined;
        notifyFailure(error);
      });
    }, []);
    if (loaded.value === undefined) return null;
    const { Component } = loaded.value;
    return <Component {...props} />;
  };
}
