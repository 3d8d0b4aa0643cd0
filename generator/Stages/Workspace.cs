using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;

namespace AttentionGen.Generator.Stages;

/// <summary>Lays out the buffers of one work item, one behind the other.</summary>
internal sealed class Workspace
{
    private readonly List<WorkspaceBuffer> _buffers = [];
    private int _bytes;

    /// <summary>The buffers of a kernel, in order, and their bytes together.</summary>
    public static (IReadOnlyList<WorkspaceBuffer> Buffers, int Bytes) LayOut(KernelPlan plan)
    {
        Workspace workspace = new();
        workspace.AddRows(plan);
        workspace.AddKeys(plan);
        workspace.AddSteps(plan);
        return (workspace._buffers, workspace._bytes);
    }

    private void AddRows(KernelPlan plan)
    {
        int tileRows = plan.Dialect.TileRows, rows = plan.StateRows, lanes = plan.Dialect.Lanes;
        if (plan.AtOnce is { } atOnce && (atOnce.GlobalRows > 0 || !plan.KeepsState))
        {
            Add(atOnce.Tile("Queries"), tileRows * plan.Shape.QueryDim, "scaled queries of one tile [tile rows, head dim]");
            Add(atOnce.Tile("Outputs"), tileRows * plan.PaddedValueDim, "outputs of a tile that can't be written in place [tile rows, padded value dim]");
        }

        if (!plan.KeepsState)
        {
            return;
        }

        Add("Queries", rows * plan.Shape.QueryDim, "scaled queries [group, chunk rows, head dim]");
        Add("Outputs", rows * plan.PaddedValueDim, "unnormalised outputs [group, chunk rows, padded value dim]");
        Add("RowSum", rows * lanes, "running sums of weights, one per lane [group, chunk rows, lanes]");
        Add("RowMax", rows, "running maxima of scores in base-2 units [group, chunk rows]");
    }

    private void AddKeys(KernelPlan plan)
    {
        int queryDim = plan.Shape.QueryDim, tileRows = plan.Dialect.TileRows, lanes = plan.Dialect.Lanes;
        int keys = plan.AtOnce?.Capacity ?? plan.KeyBlock;
        string count = plan.AtOnce is null ? "key block" : "packed keys";
        Add("Keys", keys * queryDim, $"packed keys [{count} / lanes, head dim, lanes]");
        Add("Values", keys * plan.PaddedValueDim, $"packed values [{count}, padded value dim]");
        if (plan.Distances is { HasValues: true })
        {
            Add("ScoreMargin", 16, "before the first row of scores, for weights of 0");
        }

        Add("Scores", tileRows * plan.ScoreStride, "scores, then weights, of one tile [tile rows, score stride]");
        Add("TileMax", tileRows * lanes, "maxima of the tile's scores per lane [tile rows, lanes]");
        if (plan.AtOnce is { } atOnce)
        {
            Add("Factors", tileRows, "what each row's weighted values are multiplied by [tile rows]");
            if (atOnce.Sinks > 0)
            {
                Add("SinkKeys", atOnce.Sinks * queryDim, "packed keys of the sinks' panels [sink keys / lanes, head dim, lanes]");
                Add("SinkValues", atOnce.Sinks * plan.PaddedValueDim, "packed values of the same keys [sink keys, padded value dim]");
            }
        }

        if (plan.QkNorm != QkNormModifier.None)
        {
            Add("NormalisedRow", queryDim, "a normalised query or key on its way to the rotation [head dim]");
        }

        if (plan.CollectsKeyRows)
        {
            Add("KeyRows", lanes * queryDim, "keys on their way to a panel [lanes, head dim]");
        }

        if (plan.Cache is not null && plan.TransformsKeys)
        {
            Add("NewKeys", lanes * plan.Shape.HeadDim, "keys on their way to the cache [lanes, head dim]");
        }

        if (plan.Decode is { } decode)
        {
            AddDecode(decode);
        }

        if (plan.Passes.Any(static pass => pass.IsIndexed) || plan.AtOnce is { Sinks: > 0 })
        {
            Add("KeyIndices", plan.KeyBlock, "indices of the packed keys, as floats [key block]");
        }
    }

    private void AddDecode(DecodePlan decode)
    {
        Add("DecodeScores", DecodePlan.TileRows[0] * decode.ScoreStride, "scores, then weights, of one tile of a decoding step [rows, decode stride]");
        if (decode.ValueScales > 0)
        {
            Add("DecodeScaled", DecodePlan.TileRows[0] * decode.ScoreStride, "the same weights times the values' scales [rows, decode stride]");
        }
    }

    private void AddSteps(KernelPlan plan)
    {
        foreach (StepBuffer buffer in plan.ScoreSteps.SelectMany(step => step.Buffers(plan.StepSizes)))
        {
            Add(buffer.Name, buffer.IsPerRow ? plan.StateRows * buffer.Floats : buffer.Floats, buffer.Contents);
        }

        if (plan.Distances is not { } distances)
        {
            return;
        }

        int lanes = plan.Dialect.Lanes;
        Add("DistanceKeys", (distances.Count + lanes - 1) / lanes * lanes * plan.Shape.QueryDim, "packed key vectors of distances [distances / lanes, head dim, lanes]");
        if (distances.HasValues)
        {
            Add("DistanceValues", (distances.Count * plan.PaddedValueDim) + 1, "packed value vectors of distances [distances, padded value dim], then 0 if all are finite");
        }
    }

    private void Add(string name, int floats, string contents)
    {
        _buffers.Add(new WorkspaceBuffer(name, _bytes, floats, contents));
        _bytes += ((floats * sizeof(float)) + 63) / 64 * 64;
    }
}

/// <summary>One buffer of a work item's workspace.</summary>
/// <param name="Name">Its name in generated code.</param>
/// <param name="Offset">Bytes from the start of the workspace, a multiple of 64.</param>
/// <param name="Floats">Its length.</param>
/// <param name="Contents">What it holds, with its shape.</param>
public sealed record WorkspaceBuffer(string Name, int Offset, int Floats, string Contents);
