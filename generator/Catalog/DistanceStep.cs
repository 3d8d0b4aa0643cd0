using System.Collections.Generic;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// A term that depends on the distance key - query alone, clipped to plus or minus <paramref name="most"/>, and is read from a table.
/// The table has copies of its ends to both sides, a register long at least: consecutive keys then take one load, at a clamped place,
/// which is exact because nothing changes past the ends.
/// </summary>
/// <param name="order">When it is added.</param>
/// <param name="name">What the table is called; the kernel's pointer to its distance 0 is the same in lower case.</param>
/// <param name="most">The greatest distance that is told apart.</param>
/// <param name="isPerRow">Whether each query row has a table of its own, or each head.</param>
internal abstract class DistanceStep(ScoreOrder order, string name, int most, bool isPerRow) : ScoreStep
{
    public override ScoreOrder Order => order;

    /// <summary>Where distance 0 stands: a pointer, or a place in the call's tables of all rows or heads.</summary>
    public override IEnumerable<StepValue> Values(Dialect dialect) => dialect.HasPointers
        ? [new("float*", Pointer, $"At(workspace, {name}At) + ({(isPerRow ? "state" : "member")} * {name}Stride) + {name}Zero")]
        : [new("long", Pointer, $"({(isPerRow ? "((Grid.IdxX * (long)TileRows) + firstRow)" : "head")} * {name}Stride) + {name}Zero")];

    private string Pointer => char.ToLowerInvariant(name[0]) + name.Substring(1);

    /// <summary>The place of distance 0 in a table: a register of copies, then the lowest distance.</summary>
    public static int Zero(int most, int lanes) => lanes + most;

    /// <summary>Floats in a table: from the last distance on, copies up to the next whole register and one register more.</summary>
    public static int Stride(int most, int lanes) => LastRegister(most, lanes) + lanes;

    /// <summary>The place of the last whole register, which holds nothing but copies of the last distance: reads past the end are aligned.</summary>
    public static int LastRegister(int most, int lanes) => (Zero(most, lanes) + most + lanes - 1) / lanes * lanes;

    public override bool UsesIndexRegisters(bool consecutive) => !consecutive;

    public override IEnumerable<StepBuffer> Buffers(StepSizes sizes)
    {
        int stride = Stride(most, sizes.Lanes);
        yield return isPerRow
            ? new StepBuffer(name, stride, $"each row's term by distance, ends repeated [group, chunk rows, {stride}]", IsPerRow: true)
            : new StepBuffer(name, sizes.GroupSize * stride, $"each head's term by distance, ends repeated [group, {stride}]");
    }

    public override IEnumerable<(string Name, int Value, string Comment)> Constants(StepSizes sizes)
    {
        yield return (name + "Most", most, "distances are clipped to plus or minus this");
        yield return (name + "Stride", Stride(most, sizes.Lanes), "floats in a table of distances");
        yield return (name + "Zero", Zero(most, sizes.Lanes), "place of distance 0 in it");
    }

    public override string Apply(Dialect dialect, ScoreAt at)
    {
        int table = isPerRow ? at.Row * Stride(most, dialect.Lanes) : 0;
        return dialect.Add(at.Score, at.Consecutive ? LoadRun(dialect, at, table) : GatherEach(dialect, at, table));
    }

    private string LoadRun(Dialect dialect, ScoreAt at, int table)
    {
        int lowest = -Zero(most, dialect.Lanes), highest = LastRegister(most, dialect.Lanes) - Zero(most, dialect.Lanes);
        string distance = Index.Plus("key - query", (at.Vector * dialect.Lanes) - at.Row);
        return dialect.Load(Pointer, Index.Plus($"Math.Min(Math.Max({distance}, {Literals.Of(lowest)}), {Literals.Of(highest)})", table));
    }

    private string GatherEach(Dialect dialect, ScoreAt at, int table)
    {
        string distance = dialect.Subtract(at.Key, at.Query);
        string lowest = dialect.Broadcast($"-(float){name}Most"), highest = dialect.Broadcast($"(float){name}Most");
        string clipped = dialect.Maximum(dialect.Select(dialect.AtMost(distance, highest), distance, highest), lowest);
        return dialect.HasPointers
            ? dialect.Gather(Pointer, Literals.Of(table), clipped)
            : dialect.Gather(dialect.Call + name, table == 0 ? Pointer : Index.Plus(Pointer, table), clipped);
    }
}
