using AttentionGen.Generator.Rules;

namespace AttentionGen.Prebuilt;

/// <summary>
/// Attention by name, chosen at run time from a catalogue of pre-generated kernels. Whatever is known when the program is compiled is better declared with
/// <c>[Attention]</c>: then any shape, encoding and modifier has a kernel of its own.
/// </summary>
public static class AttentionFactory
{
    /// <summary>What is pre-generated, in words.</summary>
    public static string Catalogue { get; } = string.Create(
        null,
        $"{string.Join(", ", PrebuiltTable.Entries.Select(static entry => entry.Kind).Distinct())}, each with head dim {string.Join(", ", PrebuiltTable.Entries.Select(static entry => entry.HeadDim).Distinct())} and any number of heads");

    /// <summary>The pre-generated kernel of that type and head dim, for those heads.</summary>
    /// <exception cref="ArgumentException">There is none, or the numbers of heads don't fit; the message lists what there is, the closest, and the declaration to write instead.</exception>
    public static IAttentionKernel Create(AttentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string type = TypeOf(options);
        int kvHeads = options.KvHeads == 0 ? options.Heads : options.KvHeads;
        int headDim = HeadDim(options, kvHeads);
        bool local = type == AttentionTypes.Local;
        bool causal = options.Causal || type == AttentionTypes.Causal;
        foreach (PrebuiltEntry entry in PrebuiltTable.Entries)
        {
            if (entry.Type == type && entry.HeadDim == headDim && entry.Causal == causal && (!local || entry.Window == options.Window))
            {
                return new HeadwiseKernel(entry, options.Heads, kvHeads);
            }
        }

        throw new ArgumentException(Refusal(type, options, kvHeads, headDim), nameof(options));
    }

    private static string TypeOf(AttentionOptions options)
    {
        string type = AttentionTypes.Find(options.Type) ?? throw new ArgumentException(
            $"There is no attention type '{options.Type}'; did you mean '{EditDistance.Closest(options.Type.Trim().ToLowerInvariant(), AttentionTypes.All)}'? Known: {string.Join(", ", AttentionTypes.All)}.",
            nameof(options));
        if (type == AttentionTypes.Mamba)
        {
            throw new ArgumentException($"'{type}' is a scan, without queries, keys and values: expected an attention; declare a class with [Attention(\"{type}\", DModel = ...)] instead.", nameof(options));
        }

        return type == AttentionTypes.Standard && options.Causal ? AttentionTypes.Causal : type;
    }

    private static int HeadDim(AttentionOptions options, int kvHeads)
    {
        if (options.Heads <= 0 || kvHeads <= 0 || options.Heads % kvHeads != 0)
        {
            throw new ArgumentException($"Heads is {options.Heads} and KvHeads {kvHeads}: expected positive numbers of which KvHeads divides Heads.", nameof(options));
        }

        if (options.HeadDim != 0)
        {
            return options.HeadDim;
        }

        return options.DModel > 0 && options.DModel % options.Heads == 0
            ? options.DModel / options.Heads
            : throw new ArgumentException($"HeadDim is not given and DModel is {options.DModel}: expected a multiple of Heads = {options.Heads}.", nameof(options));
    }

    private static string Refusal(string type, AttentionOptions options, int kvHeads, int headDim)
    {
        bool local = type == AttentionTypes.Local;
        bool causal = options.Causal || type == AttentionTypes.Causal;
        PrebuiltEntry[] sameType = [.. PrebuiltTable.Entries.Where(entry => entry.Type == type)];
        string closest = sameType
            .OrderBy(entry => entry.Causal == causal ? 0 : 1)
            .ThenBy(entry => Math.Abs(entry.HeadDim - (long)headDim))
            .ThenBy(entry => local ? Math.Abs(entry.Window - (long)options.Window) : 0)
            .Select(static entry => $" Closest: {entry.Kind} with head dim {entry.HeadDim}.")
            .FirstOrDefault("");
        string wanted = $"{(causal && type != AttentionTypes.Causal ? "causal " : "")}'{type}' attention with {(local ? $"Window {options.Window} and " : "")}head dim {headDim}";
        string arguments = $"Type = \"{type}\"{(local ? $", Window = {options.Window}" : "")}{(options.Causal && type != AttentionTypes.Causal ? ", Causal = true" : "")}"
            + $", Heads = {options.Heads}{(kvHeads == options.Heads ? "" : $", KvHeads = {kvHeads}")}, HeadDim = {headDim}{(local || causal ? ", CausalAlignment = CausalAlignment.BottomRight" : "")}";
        return $"""
            No {wanted} is pre-generated. There are: {Catalogue}.{closest} For this one declare a class, and the compiler writes its kernel:

            [Attention({arguments})]
            public static partial class MyAttention;

            """;
    }
}
