namespace AttentionGen.Generator.Catalog;

/// <summary>A learned tensor besides the projections: a kernel host is given it with each call, a layer host owns it as a weight.</summary>
/// <param name="Name">The weight's name in files.</param>
/// <param name="Argument">The property of <c>AttentionArguments</c> by which the kernel takes it.</param>
/// <param name="Rows">Rows; 0 for a vector.</param>
/// <param name="Columns">Columns, or the vector's length.</param>
/// <param name="Start">How a new layer fills it: an expression of <c>WeightStart</c>.</param>
public sealed record LearnedTensor(string Name, string Argument, int Rows, int Columns, string Start);
