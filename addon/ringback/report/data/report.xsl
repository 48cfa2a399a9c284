<?xml version="1.0" encoding="UTF-8"?>
<!-- The report as one HTML page. The style comes in as a parameter, the ladders as parts of the calls. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:r="urn:ringback:report:1"
    xmlns:svg="http://www.w3.org/2000/svg" exclude-result-prefixes="r svg">
  <xsl:output method="html" encoding="UTF-8" indent="no"/>
  <xsl:strip-space elements="*"/>
  <xsl:param name="style"/>

  <xsl:key name="part" use="@id"
      match="r:call | r:stanza | r:finding | r:fact | r:step | r:question | r:unruled | r:spec-file"/>
  <xsl:key name="spec" match="r:spec-file" use="@name"/>

  <xsl:variable name="few" select="20"/>

  <xsl:template match="/r:report">
    <html lang="en">
      <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="generator" content="{@tool}"/>
        <title><xsl:call-template name="title"/></title>
        <style><xsl:value-of select="$style"/></style>
      </head>
      <body>
        <xsl:if test="count(r:calls/r:call) &lt;= $few"><xsl:attribute name="class">few</xsl:attribute></xsl:if>
        <a class="skip" href="#verdict">Skip to the verdict</a>
        <header>
          <p class="brand">ringback report</p>
          <h1><xsl:call-template name="title"/></h1>
          <p class="lead">
            <xsl:text>In </xsl:text>
            <xsl:apply-templates select="r:provenance/r:captures" mode="named"/>
            <xsl:text>, held against </xsl:text>
            <xsl:for-each select="r:specification/r:spec-file">
              <xsl:if test="position() &gt; 1">, </xsl:if>
              <a href="#{@id}"><xsl:value-of select="@file"/></a>
              <xsl:text> </xsl:text><xsl:value-of select="@version"/>
            </xsl:for-each>
            <xsl:if test="r:provenance/@selection != ''">
              <xsl:text>. Only calls that match </xsl:text>
              <code><xsl:value-of select="r:provenance/@selection"/></code>
              <xsl:value-of select="concat(': ', r:provenance/@selected, ' of ', r:provenance/@total)"/>
            </xsl:if>
            <xsl:text>. Everything that identifies anybody is a placeholder.</xsl:text>
          </p>
        </header>
        <nav aria-label="Sections">
          <ul>
            <li><a href="#verdict">Verdict</a></li>
            <li><a href="#questions">Open questions</a></li>
            <li><a href="#specification">Specification</a></li>
            <xsl:if test="r:conflicts/*"><li><a href="#conflicts">Models that disagree</a></li></xsl:if>
            <xsl:if test="r:undocumented/*"><li><a href="#undocumented">Undocumented</a></li></xsl:if>
            <li><a href="#calls">Calls</a></li>
            <xsl:if test="r:outside/*/*"><li><a href="#outside">Outside of calls</a></li></xsl:if>
            <xsl:if test="r:codes/*"><li><a href="#codes">Codes</a></li></xsl:if>
            <li><a href="#provenance">Provenance</a></li>
          </ul>
        </nav>
        <main>
          <xsl:apply-templates select="r:summary"/>
          <section id="questions" aria-labelledby="h-questions">
            <h2 id="h-questions">Open questions</h2>
            <p class="aside">A bar is a Wilson score interval at 95 % for the share of successes, its dot what was
              counted.</p>
            <xsl:apply-templates select="r:questions/r:question | r:unruled/r:unruled"/>
          </section>
          <section id="specification" aria-labelledby="h-specification">
            <h2 id="h-specification">Specification</h2>
            <p class="aside">A fact is what is gravest of all that was seen of it. A row is a statement: a child has
              two, that it may stand there and how often. Of it stanzas are counted, each direction apart, without
              the literal reading, that every copy has both addresses. A level is what the file states and, behind
              the arrow, what this evidence alone carries it to.</p>
            <xsl:apply-templates select="r:specification/r:spec-file | r:flows/r:flow"/>
          </section>
          <xsl:apply-templates select="r:conflicts[*] | r:undocumented[*]"/>
          <section id="calls" aria-labelledby="h-calls">
            <h2 id="h-calls">Calls</h2>
            <p class="aside">
              <span class="ok">✓</span> as specified, <span class="error">✗</span> against the specification or the
              rest of the call, <span class="note">+</span> not in the specification, · not exercised. Times are
              seconds since the call was first seen.</p>
            <xsl:apply-templates select="r:calls/r:call"/>
            <xsl:if test="not(r:calls/r:call)"><p>No call was seen.</p></xsl:if>
          </section>
          <xsl:apply-templates select="r:outside[*/*] | r:codes[*] | r:provenance"/>
        </main>
        <footer><p>Made by <xsl:value-of select="@tool"/>. The same evidence makes the same page.</p></footer>
      </body>
    </html>
  </xsl:template>

  <xsl:template name="title">
    <xsl:variable name="calls" select="/r:report/r:summary/@calls"/>
    <xsl:call-template name="counted">
      <xsl:with-param name="n" select="$calls"/><xsl:with-param name="word">call</xsl:with-param>
    </xsl:call-template>
    <xsl:text>, </xsl:text>
    <xsl:call-template name="counted">
      <xsl:with-param name="n" select="/r:report/r:summary/@preaccepts"/>
      <xsl:with-param name="word">pre-accept</xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Verdict -->

  <xsl:template match="r:summary">
    <section id="verdict" aria-labelledby="h-verdict">
      <h2 id="h-verdict">Verdict</h2>
      <p class="headline"><xsl:value-of select="r:headline"/></p>
      <ul class="stats">
        <li class="error"><b><xsl:value-of select="@errors"/></b> errors</li>
        <li class="warning"><b><xsl:value-of select="@warnings"/></b> warnings</li>
        <li class="note"><b><xsl:value-of select="@notes"/></b> notes</li>
      </ul>
      <h3>What makes it weak</h3>
      <xsl:choose>
        <xsl:when test="r:weaknesses/* or ../r:provenance/r:gaps/*">
          <ul class="weak">
            <xsl:for-each select="../r:provenance/r:gaps/r:gap"><li><xsl:value-of select="."/></li></xsl:for-each>
            <xsl:for-each select="r:weaknesses/r:weakness">
              <li>
                <xsl:value-of select="r:text"/>
                <xsl:for-each select="r:questions/r:ref">
                  <xsl:text> </xsl:text><xsl:call-template name="question-link"/>
                </xsl:for-each>
              </li>
            </xsl:for-each>
          </ul>
        </xsl:when>
        <xsl:otherwise><p>Nothing that is known here.</p></xsl:otherwise>
      </xsl:choose>
      <xsl:if test="../r:questions/*">
        <div class="wide" role="region" aria-labelledby="cap-answers" tabindex="0">
          <table class="answers">
            <caption id="cap-answers">The open questions in short</caption>
            <thead><tr><th scope="col">Answer</th><th scope="col">Counted</th><th scope="col">Interval</th>
              <th scope="col">Question</th></tr></thead>
            <tbody>
              <xsl:for-each select="../r:questions/r:question">
                <tr>
                  <td class="answer"><xsl:value-of select="@answer"/></td>
                  <td class="n"><xsl:value-of select="concat(@k, ' of ', @n)"/></td>
                  <td class="n"><xsl:call-template name="interval"/></td>
                  <th scope="row"><a href="#{@id}"><xsl:value-of select="r:asked"/></a></th>
                </tr>
              </xsl:for-each>
            </tbody>
          </table>
        </div>
      </xsl:if>
    </section>
  </xsl:template>

  <!-- Charts: the current node has n, k, low and high -->

  <xsl:template name="interval">
    <svg class="interval" viewBox="0 0 160 16" width="160" height="16" role="img">
      <xsl:attribute name="aria-label">
        <xsl:value-of select="concat(@k, ' of ', @n, ', interval ', format-number(@low, '0.00'), ' to ',
            format-number(@high, '0.00'))"/>
      </xsl:attribute>
      <path class="axis" d="M5 8H155M5 4V12M80 5V11M155 4V12"/>
      <rect class="range" y="5" height="6" rx="3" x="{format-number(5 + 150 * @low, '0.0')}"
          width="{format-number(150 * (@high - @low), '0.0')}"/>
      <xsl:if test="@n &gt; 0">
        <circle class="share" cy="8" r="3.5" cx="{format-number(5 + 150 * @k div @n, '0.0')}"/>
      </xsl:if>
    </svg>
    <span class="ends">
      <xsl:value-of select="concat(format-number(@low, '0.00'), '–', format-number(@high, '0.00'))"/>
    </span>
  </xsl:template>

  <xsl:template name="coverage-bar">
    <xsl:variable name="n" select="@valid + @violated + @not-exercised"/>
    <xsl:if test="$n &gt; 0">
      <svg class="bar" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="off" width="100" height="8"/>
        <rect class="good" width="{format-number(100 * @valid div $n, '0.0')}" height="8"/>
        <rect class="bad" x="{format-number(100 * @valid div $n, '0.0')}" height="8"
            width="{format-number(100 * @violated div $n, '0.0')}"/>
      </svg>
    </xsl:if>
  </xsl:template>

  <!-- Questions -->

  <xsl:template match="r:question">
    <article class="question" id="{@id}" aria-labelledby="h-{@id}">
      <h3 id="h-{@id}"><xsl:value-of select="r:asked"/></h3>
      <p class="verdict">
        <b><xsl:value-of select="r:sentence"/></b><xsl:text> </xsl:text>
        <xsl:call-template name="interval"/>
      </p>
      <dl>
        <dt>Question</dt><dd><code><xsl:value-of select="@name"/></code></dd>
        <dt>Counted</dt><dd><xsl:value-of select="r:unit"/></dd>
        <dt>A success</dt><dd><xsl:value-of select="r:success"/></dd>
        <xsl:if test="r:weakened-by/*">
          <dt>Weakened</dt>
          <dd><xsl:for-each select="r:weakened-by/r:reason">
            <xsl:value-of select="."/><xsl:text> </xsl:text>
          </xsl:for-each></dd>
        </xsl:if>
        <dt>Capture next</dt><dd><xsl:value-of select="r:next-capture"/></dd>
        <xsl:if test="r:exceptions/* or r:exceptions-untold/@n &gt; 0">
          <dt>Exceptions</dt><dd><xsl:apply-templates select="r:exceptions" mode="refs"/>
            <xsl:apply-templates select="r:exceptions-untold"/></dd>
        </xsl:if>
      </dl>
      <xsl:if test="r:calls/* or r:calls-untold/@n &gt; 0">
        <details>
          <summary><xsl:call-template name="counted">
            <xsl:with-param name="n" select="count(r:calls/*) + r:calls-untold/@n"/>
            <xsl:with-param name="word">call</xsl:with-param>
          </xsl:call-template> behind it</summary>
          <p><xsl:apply-templates select="r:calls" mode="refs"/>
            <xsl:apply-templates select="r:calls-untold"/></p>
        </details>
      </xsl:if>
      <xsl:if test="r:splits/* or r:tables/* or r:spreads/*">
        <details>
          <summary>Numbers in full</summary>
          <div class="tables">
            <xsl:apply-templates select="r:splits/r:split | r:tables/r:table | r:spreads[*]"/>
          </div>
        </details>
      </xsl:if>
      <xsl:apply-templates select="r:findings[*]"/>
    </article>
  </xsl:template>

  <xsl:template match="r:calls-untold | r:exceptions-untold">
    <xsl:if test="@n &gt; 0">
      <xsl:if test="../*[concat(local-name(), '-untold') = local-name(current())]/*">
        <xsl:text>; </xsl:text>
      </xsl:if>
      <xsl:text>not told in full here:</xsl:text>
      <xsl:for-each select="r:names/r:name"><xsl:value-of select="concat(' ', .)"/></xsl:for-each>
      <xsl:if test="@n &gt; count(r:names/r:name)">
        <xsl:value-of select="concat(' and ', @n - count(r:names/r:name), ' more; ')"/>
        <code>ringback export questions</code> names all</xsl:if>
    </xsl:if>
  </xsl:template>

  <xsl:template match="r:unruled">
    <article class="question" id="{@id}" aria-labelledby="h-{@id}">
      <h3 id="h-{@id}"><xsl:value-of select="r:asked"/></h3>
      <p class="aside"><code><xsl:value-of select="@name"/></code>: no rule weighs it.</p>
      <xsl:apply-templates select="r:findings[*]"/>
    </article>
  </xsl:template>

  <xsl:template match="r:split">
    <table>
      <caption>
        <xsl:value-of select="concat('By ', @dimension)"/>
        <xsl:if test="@note != ''"><xsl:value-of select="concat(' (', @note, ')')"/></xsl:if>
      </caption>
      <thead><tr><th scope="col"><xsl:value-of select="@dimension"/></th><th scope="col">Successes</th>
        <th scope="col">Interval</th></tr></thead>
      <tbody>
        <xsl:for-each select="r:shares/r:share">
          <tr><th scope="row"><xsl:value-of select="@value"/></th>
            <td class="n"><xsl:value-of select="concat(@k, ' of ', @n)"/></td>
            <td><xsl:call-template name="interval"/></td></tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <xsl:template match="r:table">
    <table>
      <caption><xsl:value-of select="@title"/> (one is <xsl:value-of select="@unit"/>)</caption>
      <thead><tr><th scope="col">What</th><th scope="col">n</th></tr></thead>
      <tbody><xsl:apply-templates select="r:rows/r:row"/></tbody>
    </table>
  </xsl:template>

  <xsl:template match="r:row">
    <tr><th scope="row"><xsl:value-of select="@what"/></th><td class="n"><xsl:value-of select="@n"/></td></tr>
  </xsl:template>

  <xsl:template match="r:spreads">
    <table>
      <caption>Durations in milliseconds</caption>
      <thead><tr><th scope="col">Duration</th><th scope="col">n</th><th scope="col">least</th>
        <th scope="col">median</th><th scope="col">greatest</th></tr></thead>
      <tbody>
        <xsl:for-each select="r:spread">
          <tr><th scope="row"><xsl:value-of select="@title"/></th><td class="n"><xsl:value-of select="@n"/></td>
            <td class="n"><xsl:value-of select="@least"/></td><td class="n"><xsl:value-of select="@median"/></td>
            <td class="n"><xsl:value-of select="@greatest"/></td></tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <!-- Findings by code, for facts and questions -->

  <xsl:template match="r:findings[r:group]">
    <details class="groups">
      <summary><xsl:call-template name="counted">
        <xsl:with-param name="n" select="count(r:group/r:refs/r:ref)"/>
        <xsl:with-param name="word">finding</xsl:with-param>
      </xsl:call-template></summary>
      <ul>
        <xsl:for-each select="r:group">
          <li>
            <span class="{@severity}"><xsl:call-template name="mark"/></span><xsl:text> </xsl:text>
            <xsl:value-of select="@code"/><xsl:text>: </xsl:text>
            <xsl:apply-templates select="r:refs" mode="refs"/>
          </li>
        </xsl:for-each>
      </ul>
    </details>
  </xsl:template>

  <xsl:template match="*" mode="refs">
    <xsl:for-each select="r:ref">
      <xsl:if test="position() &gt; 1"><xsl:text> </xsl:text></xsl:if>
      <a href="#{.}"><xsl:call-template name="call-name"/></a>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="call-name">
    <xsl:variable name="call" select="key('part', .)/ancestor-or-self::r:call"/>
    <xsl:choose>
      <xsl:when test="$call"><xsl:value-of select="$call/@name"/></xsl:when>
      <xsl:otherwise>outside</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="question-link">
    <a class="q" href="#{.}"><span class="quiet">question </span><xsl:value-of select="key('part', .)/@name"/></a>
  </xsl:template>

  <!-- Specification -->

  <xsl:template match="r:spec-file">
    <div class="wide" role="region" aria-labelledby="h-{@id}" tabindex="0">
      <h3 id="{@id}"><span id="h-{@id}">
        <xsl:value-of select="@title"/></span><xsl:text> </xsl:text>
        <small><xsl:value-of select="concat(@file, ', ', @status, ' ', @version)"/></small></h3>
      <table class="facts">
        <caption class="quiet">Facts of <xsl:value-of select="@file"/></caption>
        <thead><tr><th scope="col">Line</th><th scope="col">Fact</th><th scope="col">States</th>
          <th scope="col">Level</th><th scope="col">As stated</th><th scope="col">Contradicted</th>
          <th scope="col">Not exercised</th><th scope="col" class="rate"><span class="quiet">Share</span></th></tr></thead>
        <xsl:apply-templates select="r:facts/r:fact"/>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="r:fact">
    <xsl:variable name="fact" select="."/>
    <tbody id="{@id}">
      <xsl:for-each select="r:statements/r:statement">
        <tr>
          <xsl:if test="position() = 1">
            <td class="n line" rowspan="{last() + 1}"><xsl:value-of select="$fact/@line"/></td>
            <th scope="rowgroup" rowspan="{last()}"><code><xsl:value-of select="$fact/@path"/></code>
              <br/>
              <small><xsl:if test="$fact/@standing = 'contradicted'">
                <xsl:attribute name="class">error</xsl:attribute></xsl:if>
              <xsl:if test="$fact/@required = 'true'">required: </xsl:if><xsl:value-of select="$fact/@standing"/>
              <xsl:if test="$fact/@to-the-letter = 'true'">, to the letter</xsl:if></small></th>
          </xsl:if>
          <td class="says"><xsl:value-of select="@kind"/><xsl:text> </xsl:text><xsl:value-of select="@says"/></td>
          <xsl:if test="position() = 1">
            <td class="level" rowspan="{last()}"><xsl:value-of select="$fact/@stated"/> → <xsl:choose>
              <xsl:when test="$fact/@reached"><xsl:value-of select="$fact/@reached"/></xsl:when>
              <xsl:otherwise>none</xsl:otherwise></xsl:choose></td>
          </xsl:if>
          <td class="n"><xsl:value-of select="@valid"/></td>
          <td class="n"><xsl:if test="@violated &gt; 0">
            <xsl:attribute name="class">n error</xsl:attribute></xsl:if><xsl:value-of select="@violated"/></td>
          <td class="n"><xsl:value-of select="@not-exercised"/></td>
          <td class="rate"><xsl:call-template name="coverage-bar"/></td>
        </tr>
      </xsl:for-each>
      <tr class="more"><td colspan="7">
        <details>
          <summary><xsl:value-of select="r:description"/></summary>
          <xsl:if test="r:hindrances/*">
            <p>Why no further: <xsl:for-each select="r:hindrances/r:reason">
              <xsl:value-of select="."/><xsl:text> </xsl:text></xsl:for-each></p>
          </xsl:if>
          <xsl:for-each select="r:statements/r:statement[r:violated-in/*]">
            <p><xsl:value-of select="@kind"/> contradicted in
              <xsl:text> </xsl:text><xsl:apply-templates select="r:violated-in" mode="refs"/></p>
          </xsl:for-each>
          <xsl:apply-templates select="r:findings[*]"/>
        </details>
      </td></tr>
    </tbody>
  </xsl:template>

  <xsl:template match="r:flow">
    <div class="wide" role="region" aria-labelledby="h-{@id}" tabindex="0">
      <h3 id="{@id}"><span id="h-{@id}">
        <xsl:value-of select="@title"/></span><xsl:text> </xsl:text>
        <small><xsl:value-of select="concat(@file, ', ', @status, ' ', @version)"/></small></h3>
      <table class="facts">
        <caption class="quiet">Steps of <xsl:value-of select="@file"/></caption>
        <thead><tr><th scope="col">Line</th><th scope="col">Who</th><th scope="col">Stanza</th>
          <th scope="col">Level</th><th scope="col">What</th></tr></thead>
        <tbody>
          <xsl:for-each select="r:steps/r:step">
            <tr id="{@id}">
              <td class="n line"><xsl:value-of select="@line"/></td>
              <th scope="row"><xsl:value-of select="concat(@sender, ' → ', @receiver)"/></th>
              <td><xsl:value-of select="@stanza"/></td>
              <td><xsl:value-of select="@stated"/></td>
              <td class="what"><xsl:value-of select="r:description"/>
                <xsl:apply-templates select="r:findings[*]"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="r:report/r:conflicts">
    <section id="conflicts" aria-labelledby="h-conflicts">
      <h2 id="h-conflicts">Models that disagree</h2>
      <div class="wide" role="region" aria-labelledby="h-conflicts" tabindex="0">
        <table>
          <caption class="quiet">Two models of one stanza, counted over copies</caption>
          <thead><tr><th scope="col">Path</th><th scope="col">Model</th><th scope="col">Says</th>
            <th scope="col">For</th><th scope="col">Against</th><th scope="col">Silent</th></tr></thead>
          <xsl:for-each select="r:conflict">
            <tbody>
              <xsl:for-each select="r:sides/r:side">
                <tr>
                  <xsl:if test="position() = 1"><th scope="rowgroup" rowspan="{last()}">
                    <code><xsl:value-of select="../../@path"/></code></th></xsl:if>
                  <td><xsl:value-of select="@source"/></td><td><xsl:value-of select="@says"/></td>
                  <td class="n"><xsl:value-of select="@supports"/></td>
                  <td class="n"><xsl:value-of select="@contradicts"/></td>
                  <td class="n"><xsl:value-of select="@silent"/></td>
                </tr>
              </xsl:for-each>
            </tbody>
          </xsl:for-each>
        </table>
      </div>
    </section>
  </xsl:template>

  <xsl:template match="r:report/r:undocumented">
    <section id="undocumented" aria-labelledby="h-undocumented">
      <h2 id="h-undocumented">Undocumented</h2>
      <div class="wide" role="region" aria-labelledby="h-undocumented" tabindex="0">
        <table>
          <caption class="quiet">What stanzas hold that their file does not know</caption>
          <thead><tr><th scope="col">Place</th><th scope="col">What</th><th scope="col">Seen in</th>
            <th scope="col">Type guess</th><th scope="col">Shapes</th><th scope="col">Calls</th></tr></thead>
          <tbody>
            <xsl:for-each select="r:undocumented">
              <tr>
                <th scope="row"><code><xsl:value-of select="@path"/></code></th>
                <td><xsl:value-of select="@what"/></td>
                <td class="n"><xsl:value-of select="concat(@n, ' of ', @of)"/></td>
                <td><xsl:value-of select="@type-guess"/></td>
                <td><xsl:value-of select="@shapes"/></td>
                <td><xsl:choose>
                  <xsl:when test="count(r:calls/*) &gt; 3"><details>
                    <summary><xsl:value-of select="count(r:calls/*)"/> calls</summary>
                    <xsl:apply-templates select="r:calls" mode="refs"/></details></xsl:when>
                  <xsl:otherwise><xsl:apply-templates select="r:calls" mode="refs"/></xsl:otherwise>
                </xsl:choose></td>
              </tr>
            </xsl:for-each>
          </tbody>
        </table>
      </div>
    </section>
  </xsl:template>

  <!-- Calls -->

  <xsl:template match="r:call">
    <!-- The id is that of what is inside: a link to it opens the call without a script. -->
    <details class="call">
      <xsl:if test="count(../r:call) = 1"><xsl:attribute name="open">open</xsl:attribute></xsl:if>
      <summary>
        <h3><xsl:value-of select="@name"/></h3>
        <span class="acts"><xsl:value-of select="@actions"/></span>
        <span class="counts">
          <xsl:if test="@errors &gt; 0"><b class="error"><xsl:call-template name="counted">
            <xsl:with-param name="n" select="@errors"/><xsl:with-param name="word">error</xsl:with-param>
          </xsl:call-template></b><xsl:text> </xsl:text></xsl:if>
          <xsl:if test="@warnings &gt; 0"><b class="warning"><xsl:call-template name="counted">
            <xsl:with-param name="n" select="@warnings"/><xsl:with-param name="word">warning</xsl:with-param>
          </xsl:call-template></b><xsl:text> </xsl:text></xsl:if>
          <xsl:if test="@notes &gt; 0"><span class="note"><xsl:call-template name="counted">
            <xsl:with-param name="n" select="@notes"/><xsl:with-param name="word">note</xsl:with-param>
          </xsl:call-template></span></xsl:if>
        </span>
        <span class="span"><xsl:if test="@duration != ''"><xsl:value-of select="@duration"/> s</xsl:if></span>
      </summary>
      <div class="inside" id="{@id}">
        <p class="aside"><xsl:value-of select="@capture"/>
          <xsl:if test="@day != ''">, <xsl:value-of select="@day"/></xsl:if>
          <xsl:if test="@dropped &gt; 0">. <xsl:value-of select="@dropped"/> stanzas and findings are left out:
            there were too many</xsl:if></p>
        <xsl:apply-templates select="r:ladder"/>
        <xsl:call-template name="told"/>
      </div>
    </details>
  </xsl:template>

  <xsl:template match="r:ladder"><div class="ladder wide" tabindex="0" role="region"
      aria-label="Ladder of {../@name}"><xsl:copy-of select="svg:svg"/></div></xsl:template>

  <xsl:template match="r:outside">
    <section id="outside" aria-labelledby="h-outside">
      <h2 id="h-outside">Outside of calls</h2>
      <p class="aside">Stanzas that name no call that is known, and what was found in them.</p>
      <h3>Findings and stanzas</h3>
      <xsl:call-template name="told"/>
    </section>
  </xsl:template>

  <xsl:template name="told">
    <xsl:apply-templates select="r:findings/r:finding[@severity != 'ok']"/>
    <xsl:if test="r:findings/r:finding[@severity = 'ok']">
      <ul class="settled" aria-label="As it should be">
        <xsl:for-each select="r:findings/r:finding[@severity = 'ok']">
          <li id="{@id}"><span class="ok"><xsl:call-template name="mark"/></span><xsl:text> </xsl:text>
            <xsl:call-template name="code-link"/><xsl:call-template name="links"/></li>
        </xsl:for-each>
      </ul>
    </xsl:if>
    <xsl:apply-templates select="r:stanzas/r:stanza"/>
  </xsl:template>

  <!-- What the specification does not know has one message for all: the code says it. -->
  <xsl:template match="r:finding[@severity = 'note' and @stance = 'extends']">
    <p class="finding brief note" id="{@id}"><b class="note">+ note</b><xsl:text> </xsl:text>
      <xsl:call-template name="code-link"/><xsl:text> </xsl:text>
      <code><xsl:value-of select="@place"/></code>
      <xsl:if test="@got"><span class="got"> got </span><code><xsl:value-of select="@got"/></code></xsl:if>
      <span class="links"><xsl:call-template name="links"/></span></p>
  </xsl:template>

  <xsl:template match="r:finding">
    <div class="finding {@severity}" id="{@id}">
      <p><b class="{@severity}"><xsl:call-template name="mark"/><xsl:text> </xsl:text>
        <xsl:value-of select="@severity"/></b><xsl:text> </xsl:text>
        <xsl:call-template name="code-link"/><xsl:text> </xsl:text>
        <code><xsl:value-of select="@place"/></code></p>
      <p><xsl:value-of select="r:message"/>
        <xsl:if test="@expected"> Expected <code><xsl:value-of select="@expected"/></code><xsl:if
          test="not(@got)">.</xsl:if></xsl:if>
        <xsl:if test="@got"><xsl:choose><xsl:when test="@expected">, got </xsl:when>
          <xsl:otherwise> Got </xsl:otherwise></xsl:choose><code><xsl:value-of select="@got"/></code>.</xsl:if></p>
      <p class="links"><xsl:call-template name="links"/>
        <span class="where"><xsl:value-of select="r:evidence/r:frame[1]"/>
          <xsl:if test="r:evidence/r:frame[2]"> and <xsl:value-of
            select="count(r:evidence/r:frame) - 1"/> more</xsl:if></span></p>
    </div>
  </xsl:template>

  <xsl:template name="links">
    <xsl:for-each select="r:stanzas/r:ref">
      <xsl:text> </xsl:text><a href="#{.}"><xsl:value-of select="concat(key('part', .)/@action, ' ',
          key('part', .)/@at)"/></a>
    </xsl:for-each>
    <xsl:if test="@fact">
      <xsl:text> </xsl:text><a href="#{@fact}"><xsl:value-of
          select="concat(key('part', @fact)/../../@file, ':', key('part', @fact)/@line)"/></a>
    </xsl:if>
    <xsl:for-each select="r:questions/r:ref"><xsl:text> </xsl:text><xsl:call-template name="question-link"/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="code-link">
    <xsl:choose>
      <xsl:when test="/r:report/r:codes/r:code[@code = current()/@code]">
        <a class="code" href="#code-{@code}"><xsl:value-of select="@code"/></a>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="@code"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="r:stanza">
    <section class="stanza" id="{@id}">
      <h4><xsl:call-template name="stanza-line"/><xsl:text> </xsl:text>
        <a class="spec" href="#{key('spec', @spec)/@id}"><xsl:value-of select="@spec"/></a></h4>
      <xsl:call-template name="copies"/>
    </section>
  </xsl:template>

  <!-- No file says anything about it: it is there to be opened. -->
  <xsl:template match="r:stanza[not(@spec)]">
    <details class="stanza">
      <summary><h4><xsl:call-template name="stanza-line"/></h4></summary>
      <div id="{@id}"><xsl:call-template name="copies"/></div>
    </details>
  </xsl:template>

  <xsl:template name="stanza-line">
    <xsl:value-of select="@action"/><xsl:text> </xsl:text>
    <span class="ends"><xsl:value-of select="concat(@sender, ' → ', @receiver)"/></span>
    <xsl:text> </xsl:text><span class="at"><xsl:value-of select="@at"/></span>
  </xsl:template>

  <xsl:template name="copies">
    <xsl:for-each select="r:copies/r:copy">
      <p class="copy"><xsl:value-of select="concat(@direction, ' ', @at, ', ', @where)"/></p>
      <pre tabindex="0"><xsl:apply-templates select="r:lines/r:line"/></pre>
    </xsl:for-each>
    <xsl:for-each select="r:acks/r:ack">
      <p class="copy"><xsl:value-of select="concat('ack ', @direction, ' ', @at, ', ', @where)"/></p>
      <pre tabindex="0"><xsl:value-of select="r:text"/></pre>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="r:line">
    <xsl:choose>
      <xsl:when test="@stance">
        <span class="l"><xsl:value-of select="r:text"/></span>
        <xsl:text> </xsl:text>
        <xsl:choose>
          <xsl:when test="@ref"><a class="v {@severity}" href="#{@ref}"><xsl:call-template name="said"/></a></xsl:when>
          <xsl:otherwise><span class="v {@severity}"><xsl:call-template name="said"/></span></xsl:otherwise>
        </xsl:choose>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="r:text"/></xsl:otherwise>
    </xsl:choose>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template name="said">
    <xsl:if test="@stance = 'silent'"><xsl:attribute name="class">v silent</xsl:attribute></xsl:if>
    <xsl:call-template name="mark"/><xsl:text> </xsl:text><xsl:value-of select="@notes"/>
  </xsl:template>

  <xsl:template name="mark">
    <xsl:choose>
      <xsl:when test="@stance = 'supports'">✓</xsl:when>
      <xsl:when test="@stance = 'contradicts'">✗</xsl:when>
      <xsl:when test="@stance = 'extends'">+</xsl:when>
      <xsl:otherwise>·</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The end -->

  <xsl:template match="r:codes">
    <section id="codes" aria-labelledby="h-codes">
      <h2 id="h-codes">Codes</h2>
      <dl class="codes">
        <xsl:for-each select="r:code">
          <dt id="{@id}"><code><xsl:value-of select="@code"/></code></dt>
          <dd><xsl:value-of select="r:meaning"/><xsl:text> </xsl:text>
            <span class="next"><xsl:value-of select="r:next-step"/></span></dd>
        </xsl:for-each>
      </dl>
    </section>
  </xsl:template>

  <xsl:template match="r:provenance">
    <section id="provenance" aria-labelledby="h-provenance">
      <h2 id="h-provenance">Provenance</h2>
      <div class="tables">
        <xsl:if test="r:connections/*">
          <table>
            <caption>Who spoke</caption>
            <thead><tr><th scope="col">Capture</th><th scope="col">Connection</th><th scope="col">Platform</th>
              <th scope="col">Build</th><th scope="col">Device</th></tr></thead>
            <tbody>
              <xsl:for-each select="r:connections/r:connection">
                <tr><th scope="row"><xsl:value-of select="@capture"/></th>
                  <td class="n"><xsl:value-of select="@number"/></td><td><xsl:value-of select="@platform"/></td>
                  <td><xsl:value-of select="@version"/></td><td class="n"><xsl:value-of select="@device"/></td></tr>
              </xsl:for-each>
            </tbody>
          </table>
        </xsl:if>
        <xsl:if test="r:numbers/*">
          <table>
            <caption>What was read</caption>
            <thead><tr><th scope="col">What</th><th scope="col">n</th></tr></thead>
            <tbody><xsl:apply-templates select="r:numbers/r:row"/></tbody>
          </table>
        </xsl:if>
      </div>
      <p class="aside">wacrg's score of the facts, as stated: <xsl:value-of select="../r:summary/@score-before"/>.
        With this evidence: <xsl:value-of select="../r:summary/@score-after"/>.</p>
    </section>
  </xsl:template>

  <xsl:template match="r:captures" mode="named">
    <xsl:choose>
      <xsl:when test="count(r:capture) &gt; 5"><xsl:value-of select="count(r:capture)"/> captures</xsl:when>
      <xsl:when test="not(r:capture)">no capture</xsl:when>
      <xsl:otherwise>
        <xsl:for-each select="r:capture">
          <xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="counted">
    <xsl:param name="n"/>
    <xsl:param name="word"/>
    <xsl:value-of select="concat($n, ' ', $word)"/><xsl:if test="$n != 1">s</xsl:if>
  </xsl:template>
</xsl:stylesheet>
