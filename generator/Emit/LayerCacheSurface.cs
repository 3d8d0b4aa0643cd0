using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Emit;

/// <summary>What a layer host with <c>[KvCache]</c> has besides: calls over a cache, from and to the model's width.</summary>
internal static class LayerCacheSurface
{
    private const string In = "global::System.ReadOnlySpan<float> input", Out = "global::System.Span<float> output";
    private const string Given = "int tokens, global::AttentionGen.IKvCache cache, global::System.ReadOnlySpan<int> sequences, in global::AttentionGen.AttentionArguments arguments = default";
    private const string Call = "global::AttentionGen.Kernels.LayerCall call = layerState";

    /// <summary>Writes the members; <paramref name="fail"/> is what every body throws, or null.</summary>
    public static void Write(CodeWriter writer, AttentionSpec spec, string? fail)
    {
        Member(writer, spec, "Append", "Projects new tokens and stores their keys and values behind those in the cache, without attending.", fail);
        Member(writer, spec, "Prefill", "Projects the new tokens, stores their keys and values behind those in the cache, attends with each of them to itself and all before it, projects back. "
            + "A prompt may come in pieces. With CumulativeLengths, prompts and single tokens go in one call.", fail);
        Member(writer, spec, "Decode", "Prefill of 1 to 16 new tokens of each sequence: single"
            + (Adds(spec) ? " or speculative. Positions are added in the order of the tokens, also where a mask makes a tree of them." : ", speculative, or a tree with its mask."), fail);
    }

    private static bool Adds(AttentionSpec spec) => InputTables.Of(spec).Positions > 0;

    private static void Member(CodeWriter writer, AttentionSpec spec, string name, string what, string? fail)
    {
        bool attends = name != "Append";
        Document(writer, spec, what, attends);
        string signature = $"public void {name}({In}, {(attends ? Out + ", " : string.Empty)}{Given})";
        if (fail is not null)
        {
            writer.Line($"{signature} => {fail};");
            return;
        }

        using (writer.Block(signature))
        {
            writer.Line(attends ? $"{Call}.ProjectTokens(input, output, tokens, cache, sequences, arguments);" : $"{Call}.ProjectKeys(input, tokens, cache, sequences, arguments);");
            writer.Line($"LaunchCached(call.Query, call.Key, call.Value, call.Context, cache, sequences, arguments{LayerHost.Owned(spec)}, global::AttentionGen.Kernels.CacheUse.{name});");
            if (attends)
            {
                writer.Line("layerState.ProjectOutput(call, output, arguments);");
            }
        }
    }

    private static void Document(CodeWriter writer, AttentionSpec spec, string what, bool attends)
    {
        writer.Line();
        writer.Line($"/// <summary>{what}{(attends ? " A steady-state call allocates nothing." : string.Empty)}</summary>");
        string added = Adds(spec) ? " Positions that are added to it go on from each sequence's length in the cache." : string.Empty;
        writer.Line($"/// <param name=\"input\">[sequences, tokens, DModel]; beside CumulativeLengths [tokens, DModel], all sequences end to end.{added}</param>");
        if (attends)
        {
            writer.Line("/// <param name=\"output\">As the input; written whole.</param>");
        }

        writer.Line("/// <param name=\"tokens\">New tokens of each sequence; beside CumulativeLengths, of all of them together.</param>");
        CacheSurface.DocumentCall(writer, attends);
    }
}
