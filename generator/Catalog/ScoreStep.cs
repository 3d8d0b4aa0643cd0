using System.Collections.Generic;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Something that happens to a tile's scores between the product with the keys and the softmax, while they are in registers.
/// Scores are in base-2 units: natural scores times log2(e).
/// </summary>
public abstract class ScoreStep
{
    /// <summary>When it happens, relative to other steps.</summary>
    public abstract ScoreOrder Order { get; }

    /// <summary>What each call of a tile is given besides its buffers.</summary>
    public virtual IEnumerable<StepValue> Values(Dialect dialect) => [];

    /// <summary>Initialisers of the KernelDescription that the step relies on.</summary>
    public virtual IReadOnlyList<string> Settings => [];

    /// <summary>Whether <see cref="Apply"/> reads the indices of key and query.</summary>
    public virtual bool UsesIndices => true;

    /// <summary>Members of the kernel's class that the step relies on.</summary>
    public virtual IEnumerable<string> Members => [];

    /// <summary>Statements of a tile for one of its registers of key indices, when the step uses indices.</summary>
    public virtual IEnumerable<string> PrepareKeys(Dialect dialect, int vector, string key) => [];

    /// <summary>Whether <see cref="Apply"/> reads those indices as registers, for keys that are consecutive in the sequence or not.</summary>
    public virtual bool UsesIndexRegisters(bool consecutive) => UsesIndices;

    /// <summary>The step's buffers in the workspace of a work item.</summary>
    public virtual IEnumerable<StepBuffer> Buffers(StepSizes sizes) => [];

    /// <summary>The step's constants in the kernel.</summary>
    public virtual IEnumerable<(string Name, int Value, string Comment)> Constants(StepSizes sizes) => [];

    /// <summary>
    /// Statements of a work item once the queries of a head are prepared, from <c>call</c>, <c>work</c>, <c>workspace</c>, <c>tiles</c>,
    /// <c>member</c> (the head's place in its group) and <c>state</c> (the head's first row, over all heads of the group).
    /// </summary>
    public virtual IEnumerable<string> PrepareHead => [];

    /// <summary>Statements of a tile before its first row.</summary>
    public virtual IEnumerable<string> Prepare(Dialect dialect) => [];

    /// <summary>Statements of a tile before the scores of one row.</summary>
    public virtual IEnumerable<string> PrepareRow(Dialect dialect, int row) => [];

    /// <summary>A register of scores after the step.</summary>
    public virtual string Apply(Dialect dialect, ScoreAt at) => at.Score;

    /// <summary>The step as statements on the variable <see cref="ScoreAt.Score"/>, in a scope of their own where there are several.</summary>
    public virtual IEnumerable<string> Statements(Dialect dialect, ScoreAt at) => [$"{at.Score} = {Apply(dialect, at)};"];
}

/// <summary>The order of score steps.</summary>
public enum ScoreOrder
{
    /// <summary>Terms that belong to the product itself.</summary>
    Term,

    /// <summary>The soft cap.</summary>
    Cap,

    /// <summary>Biases by position.</summary>
    Bias,

    /// <summary>The user's own function.</summary>
    Function,
}

/// <summary>A register of scores under a step.</summary>
/// <param name="Score">The register.</param>
/// <param name="Row">The row of the tile.</param>
/// <param name="Vector">Which register of the row; where keys are consecutive, its first is <c>key + Vector * lanes</c>.</param>
/// <param name="Key">A register of key indices as floats, when the step uses indices.</param>
/// <param name="Query">A register of the query's aligned index, when the step uses indices; as an int it is <c>query + Row</c>.</param>
/// <param name="Consecutive">Whether the register's keys are consecutive in the sequence; otherwise only <paramref name="Key"/> tells which they are.</param>
public sealed record ScoreAt(string Score, int Row, int Vector, string Key, string Query, bool Consecutive);

/// <summary>A value that a tile is given.</summary>
/// <param name="Type">Its C# type.</param>
/// <param name="Name">Its name.</param>
/// <param name="Expression">
/// How it is obtained for one tile of queries and a range of keys, from <c>call</c>, <c>work</c>, <c>head</c> (the query head),
/// <c>row</c> (the tile's first row in the chunk), <c>state</c> (the same, over all heads of the group) and <c>workspace</c>; on the GPU, from the first three.
/// </param>
public sealed record StepValue(string Type, string Name, string Expression);

/// <summary>A buffer of a step, named so that the kernel's constant for its place is <c>NameAt</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Floats">Its length, or its length for each query row.</param>
/// <param name="Contents">What it holds, with its shape.</param>
/// <param name="IsPerRow">Whether there is one for each query row of a work item, over all heads of the group.</param>
public sealed record StepBuffer(string Name, int Floats, string Contents, bool IsPerRow = false);

/// <summary>The sizes of a kernel that a step's buffers depend on.</summary>
/// <param name="Lanes">Floats in a register.</param>
/// <param name="GroupSize">Query heads of a work item.</param>
/// <param name="QueryDim">Features of a query or key that a softmax compares.</param>
/// <param name="PaddedValueDim">Floats in a packed row of values.</param>
public sealed record StepSizes(int Lanes, int GroupSize, int QueryDim, int PaddedValueDim);
