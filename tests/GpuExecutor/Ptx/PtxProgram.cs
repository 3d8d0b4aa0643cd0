using System.Collections.Concurrent;

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>The instructions of one inline text.</summary>
internal sealed class PtxProgram
{
    private static readonly ConcurrentDictionary<string, PtxProgram> Known = new(StringComparer.Ordinal);

    private PtxProgram(string text)
    {
        // ILGPU ends a text with a semicolon of its own; one more would be an empty statement.
        string trimmed = text.Trim();
        if (trimmed.EndsWith(';') || trimmed.Length == 0)
        {
            throw new DeviceFault(FaultKind.Instruction, $"the text '{text}' ends with an empty statement.");
        }

        Text = text;
        string code = string.Join('\n', trimmed.Split('\n').Select(static line => line.Split("//")[0]));
        Instructions = [.. code.Split(';', StringSplitOptions.TrimEntries).Select(PtxInstruction.Parse)];
    }

    public string Text { get; }

    public IReadOnlyList<PtxInstruction> Instructions { get; }

    /// <summary>The instruction that a label stands before.</summary>
    public int Place(string label)
    {
        for (int n = 0; n < Instructions.Count; n++)
        {
            if (Instructions[n].Label == label)
            {
                return n;
            }
        }

        throw new DeviceFault(FaultKind.Instruction, $"there is no label '{label}'.");
    }

    public static PtxProgram Of(string text) => Known.GetOrAdd(text, static text => new PtxProgram(text));
}
