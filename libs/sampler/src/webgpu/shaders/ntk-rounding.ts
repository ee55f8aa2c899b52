/**
 * What is left of the squared norm of a row without its parts along others counts as zero below this
 * part of it. Those parts are known to some 5e-7 of the row: WGSL asks of a quotient 2.5 units in the
 * last place, 3e-7, and sums of products round as well. So a row that depends on others leaves up to
 * that, in a direction of no meaning.
 */
export const NTK_ROUNDING = 1e-12;
