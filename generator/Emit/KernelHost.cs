using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Emit;

/// <summary>The public surface of a kernel host: queries, keys and values in, outputs out.</summary>
internal static class KernelHost
{
    /// <summary>Writes both overloads; <paramref name="body"/> writes an expression body, given the call that does the work.</summary>
    public static void WriteForward(CodeWriter writer, Action<CodeWriter, string> body)
    {
        writer.Lines("""
            /// <summary>Attention over contiguous tensors.</summary>
            /// <param name="query">[batch, Heads, queryLength, HeadDim].</param>
            /// <param name="key">[batch, KvHeads, keyLength, HeadDim].</param>
            /// <param name="value">[batch, KvHeads, keyLength, ValueDim].</param>
            /// <param name="output">[batch, Heads, queryLength, ValueDim]; written whole.</param>
            /// <param name="batch">Sequences.</param>
            /// <param name="queryLength">Query positions of each sequence.</param>
            /// <param name="keyLength">Key positions of each sequence.</param>
            /// <param name="arguments">Key lengths, positions, masks, log-sum-exp, threads.</param>
            /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was written.</exception>
            public static void Forward(global::System.ReadOnlySpan<float> query, global::System.ReadOnlySpan<float> key, global::System.ReadOnlySpan<float> value, global::System.Span<float> output, int batch, int queryLength, int keyLength, in global::AttentionGen.AttentionArguments arguments = default)
            """);
        body(writer, "Forward(global::AttentionGen.Kernels.KernelLauncher.View(query, batch, Heads, queryLength, HeadDim, keyLength), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(key, batch, KvHeads, keyLength, HeadDim), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(value, batch, KvHeads, keyLength, ValueDim), global::AttentionGen.TensorView.HeadsFirst(output, batch, Heads, queryLength, ValueDim), arguments)");
        writer.Line();
        writer.Lines("""
            /// <summary>Attention over tensors with strides of their own, such as packed [batch, length, heads * dim]; nothing is copied.</summary>
            /// <param name="query">[batch, Heads, queryLength, HeadDim].</param>
            /// <param name="key">[batch, KvHeads, keyLength, HeadDim].</param>
            /// <param name="value">[batch, KvHeads, keyLength, ValueDim].</param>
            /// <param name="output">[batch, Heads, queryLength, ValueDim]; written whole.</param>
            /// <param name="arguments">Key lengths, positions, masks, log-sum-exp, threads.</param>
            /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was written.</exception>
            public static void Forward(global::AttentionGen.ReadOnlyTensorView query, global::AttentionGen.ReadOnlyTensorView key, global::AttentionGen.ReadOnlyTensorView value, global::AttentionGen.TensorView output, in global::AttentionGen.AttentionArguments arguments = default)
            """);
        body(writer, "LaunchKernel(query, key, value, output, arguments)");
    }
    /// <summary>Writes BuildBlockMask, for a host whose Keep is not known to hide whole stretches of keys.</summary>
    public static void WriteBlockMask(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Keep is not { } keep || KeepShape.Of(spec).Rest is null)
        {
            return;
        }

        const int BottomRight = 2;
        string heads = keep.Parameters.Contains("head") ? "Heads" : "1";
        string offset = AttentionShape.Of(spec).Alignment == BottomRight ? "query + keyLength - queryLength" : "query";
        string arguments = string.Join(", ", keep.Parameters.Select(parameter => $"{parameter}: {(parameter == "query" ? offset : parameter)}"));
        writer.Lines($$"""
            /// <summary>
            /// Asks Keep for every pair, once: passed as <see cref="global::AttentionGen.AttentionArguments.Blocks"/>, the blocks of keys that it hides are never visited.
            /// Serves every call of these lengths.
            /// </summary>
            /// <param name="queryLength">Query positions.</param>
            /// <param name="keyLength">Key positions.</param>
            public static global::AttentionGen.BlockMask BuildBlockMask(int queryLength, int keyLength) =>
                global::AttentionGen.BlockMask.From(1, {{heads}}, queryLength, keyLength, (_, head, query, key) => Keep({{arguments}}));

            """);
    }
}
