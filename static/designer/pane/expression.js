// The field for an expression of a step: it can refer to what stands before the step.

import { ExpressionField as Field } from "../expression/field.js";
import { editExpression } from "../expression/open.js";
import { html } from "../html.js";
import { roomOf } from "../room.js";
import { canEdit } from "../store.js";

/**
 * @param {Omit<import("../expression/field.js").Props, "room" | "openEditor" | "readonly"> & {activity: string}} props
 */
export function ExpressionField({ activity, ...props }) {
  return html`<${Field} ...${props} room=${roomOf(activity)} openEditor=${editExpression} readonly=${!canEdit.value} />`;
}
