namespace AttentionGen.Reference;

/// <summary>One output row, as it should be, and how far single precision may stray from it.</summary>
/// <param name="Output"><c>[valueDim]</c>.</param>
/// <param name="LogSumExp">Natural log of the sum of exponentials of the row's scores; negative infinity when it sees no key.</param>
/// <param name="VisibleKeys">Keys the query sees.</param>
/// <param name="OutputTolerance">The allowed absolute error of every element of <paramref name="Output"/>; see <see cref="ErrorBound"/>.</param>
/// <param name="LogSumExpTolerance">The allowed absolute error of <paramref name="LogSumExp"/>.</param>
public sealed record ReferenceRow(double[] Output, double LogSumExp, int VisibleKeys, double OutputTolerance, double LogSumExpTolerance);

/// <summary>A whole attention, as it should be.</summary>
/// <param name="Output"><c>[batch, heads, queryLength, valueDim]</c>.</param>
/// <param name="LogSumExp"><c>[batch, heads, queryLength]</c>.</param>
/// <param name="VisiblePairs">(query, key) pairs that take part, over all sequences and query heads.</param>
/// <param name="OutputTolerance"><c>[batch, heads, queryLength]</c>: the allowed absolute error of each row.</param>
public sealed record ReferenceResult(double[] Output, double[] LogSumExp, long VisiblePairs, double[] OutputTolerance);
