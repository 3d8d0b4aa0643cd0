using System.Globalization;
using System.Text.RegularExpressions;

namespace AttentionGen.Gpu.Tests;

/// <summary>
/// How many 32-bit registers hold something that is still needed, at the worst place of a kernel's PTX: what an assembler that moves nothing would need. Two registers
/// count for 64 bits and none for predicates, nor for what is only ever loaded from the kernel's arguments: those are in constant memory and are read where they are used.
/// </summary>
internal static partial class PtxLiveness
{
    public static int Most(string ptx)
    {
        string body = Comment().Replace(ptx, "");
        body = body[body.IndexOf('{', body.IndexOf(".entry", StringComparison.Ordinal))..];
        Dictionary<string, int> sizes = Sizes(body);
        List<Instruction> code = Parse(body, sizes);
        foreach (string register in code.Where(static each => each.Name.StartsWith("ld.param", StringComparison.Ordinal)).SelectMany(static each => each.Writes))
        {
            sizes[register] = 0;
        }

        return Live(code).Max(live => live.Sum(register => sizes[register]));
    }

    // From the end to the beginning, until nothing changes: what an instruction reads is live before it, what it writes is not, unless it is read too.
    private static HashSet<string>[] Live(List<Instruction> code)
    {
        HashSet<string>[] live = [.. code.Select(static _ => new HashSet<string>())];
        bool changes = true;
        while (changes)
        {
            changes = false;
            for (int n = code.Count - 1; n >= 0; n--)
            {
                int before = live[n].Count;
                foreach (int next in code[n].Next)
                {
                    live[n].UnionWith(live[next].Where(register => !code[n].Writes.Contains(register)));
                }

                live[n].UnionWith(code[n].Reads);
                changes |= live[n].Count != before;
            }
        }

        return live;
    }

    private static Dictionary<string, int> Sizes(string body)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match declaration in Declaration().Matches(body))
        {
            string type = declaration.Groups["type"].Value;
            int size = type == "pred" ? 0 : type.EndsWith("64", StringComparison.Ordinal) ? 2 : 1;
            foreach (string name in declaration.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                Match several = Several().Match(name);
                int count = several.Success ? int.Parse(several.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;
                foreach (string each in several.Success ? Enumerable.Range(0, count).Select(n => several.Groups["name"].Value + n) : [name])
                {
                    sizes[each] = size;
                }
            }
        }

        return sizes;
    }

    private static List<Instruction> Parse(string body, Dictionary<string, int> registers)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        List<string> lines = [];
        foreach (string statement in body.Split(';', '\n').Select(static line => line.Trim()))
        {
            Match match = Label().Match(statement);
            string rest = match.Success ? match.Groups["rest"].Value : statement;
            if (match.Success)
            {
                labels[match.Groups["label"].Value] = lines.Count;
            }

            if (rest.Length > 0 && rest[0] is not ('.' or '{' or '}'))
            {
                lines.Add(rest);
            }
        }

        return [.. lines.Select((line, n) => Read(line, n, lines.Count, labels, registers))];
    }

    private static Instruction Read(string line, int place, int count, Dictionary<string, int> labels, Dictionary<string, int> registers)
    {
        Match match = Shape().Match(line);
        string name = match.Groups["name"].Value, operands = match.Groups["operands"].Value, guard = match.Groups["guard"].Value;
        string target = Target().Match(operands).Value;
        bool writes = !name.StartsWith("st.", StringComparison.Ordinal) && !name.StartsWith("cp.", StringComparison.Ordinal) && !name.StartsWith("bra", StringComparison.Ordinal);
        string[] Known(string text) => [.. Name().Matches(text).Select(static found => found.Value).Where(registers.ContainsKey)];
        string[] written = writes ? Known(target) : [];
        List<string> read = [.. Known(writes ? operands[target.Length..] : operands)];

        // Where a guard is false, what was there stays.
        read.AddRange(guard.Length > 0 ? [guard, .. written] : []);
        List<int> next = name.StartsWith("bra", StringComparison.Ordinal) ? [labels[operands.Trim()]] : [];
        if (guard.Length > 0 || (next.Count == 0 && name != "ret"))
        {
            next.Add(place + 1);
        }

        return new Instruction(name, written, read, [.. next.Where(n => n < count)]);
    }

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\.reg\s+\.(?<type>\w+)\s+(?<names>[^;]+);")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(?<name>%?\w+)<(?<count>\d+)>$")]
    private static partial Regex Several();

    [GeneratedRegex(@"^(?<label>[\w$]+):\s*(?<rest>.*)$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(@!?(?<guard>%?\w+)\s+)?(?<name>[\w.]+)\s*(?<operands>.*)$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^\s*(\{[^}]*\}|[^,]+)")]
    private static partial Regex Target();

    [GeneratedRegex(@"%?[A-Za-z_]\w*")]
    private static partial Regex Name();

    private sealed record Instruction(string Name, string[] Writes, List<string> Reads, int[] Next);
}
