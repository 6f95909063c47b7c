/**
 * An error as Postgres reports it, with the fields that `pg`'s DatabaseError has.
 */

/** Fields of an ErrorResponse, named as `pg` names them. */
export interface DatabaseErrorFields {
  readonly severity?: string | undefined;
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  readonly routine?: string | undefined;
}

/** Thrown (as a rejection of `query`) when Postgres refuses a statement. */
export class DatabaseError extends Error implements DatabaseErrorFields {
  override readonly name: string = "error";
  readonly severity: string | undefined;
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly position: string | undefined;
  readonly where: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly dataType: string | undefined;
  readonly constraint: string | undefined;
  readonly routine: string | undefined;

  constructor(message: string, fields: DatabaseErrorFields) {
    super(message);
    this.severity = fields.severity;
    this.code = fields.code;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.position = fields.position;
    this.where = fields.where;
    this.schema = fields.schema;
    this.table = fields.table;
    this.column = fields.column;
    this.dataType = fields.dataType;
    this.constraint = fields.constraint;
    this.routine = fields.routine;
  }
}
